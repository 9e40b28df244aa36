/**
 * Rules that a product adds for kinds of its own, beside their schemas: they may look at other objects, and are asked
 * when a write is decided, so that what they see is the newest state.
 */
import { qualifiedResource } from '@holdfast/kernel';
import type { ObjectKey } from '@holdfast/contracts';
import type { Cause, JsonObject } from '@holdfast/kernel';
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
