/**
 * Rules that a product adds for kinds of its own, beside their schemas: they may look at other objects, and are asked
 * when a write is decided, so that what they see is the newest state.
 */
import { qualifiedResource } from '@holdfast/kernel';
import type { ObjectKey } from '@holdfast/contracts';
import type { Cause, JsonObject, Refusal } from '@holdfast/kernel';
import { invalid } from '../refusal/invalid.js';
import type { ResourceState } from './decision.js';

/** An object as it would be stored, and as it was; `before` is missing for a new one. */
export interface ObjectChange {
  readonly key: ObjectKey;
  readonly before?: JsonObject;
  readonly after: JsonObject;
}

/** Pure: the answer depends on the arguments alone. */
export interface KindRules {
  /** All that is wrong with the change; asked for writes of every sort, those of the status too. */
  readonly check?: (change: ObjectChange, state: ResourceState) => readonly Cause[];
  /** Why the deletion must not be asked for now; it is refused as a conflict. */
  readonly undeletable?: (object: JsonObject, key: ObjectKey, state: ResourceState) => string | undefined;
}

/** By the resource's qualified name, such as `racks.inventory.holdfast.dev`. */
export type RulesByKind = ReadonlyMap<string, KindRules>;

export const rulesFor = (rules: RulesByKind | undefined, { group, resource }: ObjectKey): KindRules | undefined =>
  rules?.get(qualifiedResource(group, resource));

/** The refusal of an object by its schema, with what the rules say of its other fields where their types are right. */
export const refusalWithRules = (
  { refusal, typed }: { readonly refusal: Refusal; readonly typed?: JsonObject },
  { key, before }: Pick<ObjectChange, 'key' | 'before'>,
  state: ResourceState,
  rules: RulesByKind | undefined,
): Refusal => {
  const check = rulesFor(rules, key)?.check;
  if (typed === undefined || check === undefined) return refusal;
  const { causes = [], kind = '' } = refusal.details ?? {};
  const told = new Set(causes.map(({ field }) => field));
  const change = { key, ...(before && { before }), after: typed };
  const more = check(change, state).filter(({ field }) => !told.has(field));
  return more.length === 0 ? refusal : invalid({ group: key.group, kind, name: key.name }, [...causes, ...more]);
};
