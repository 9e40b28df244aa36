/** The common end of every write to an object that exists: update, status update, patch, rollback. */
import type { Preconditions, Target } from '@holdfast/contracts';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import { strategyOf } from '../core-kinds/strategies.js';
import { invalidValue } from '../refusal/causes.js';
import { invalid } from '../refusal/invalid.js';
import { withMember } from './admit-replacement.js';
import { changesBetween, changesSpec, eventOf, typeOfChange } from './changes.js';
import type { Decision, DecisionContext, ResourceState, StoredObject } from './decision.js';
import { refusalWithRules, rulesFor } from './kind-rules.js';
import { checkMetadataChange, keptMetadata } from './metadata-change.js';
import { metadataOf } from './metadata.js';
import type { Metadata } from './metadata.js';
import { accepted, happened, refused, timestampOf, unchanged } from './outcome.js';
import type { Admission } from './prepared-write.js';
import { conflict, modified } from './refusals.js';
import type { Scope } from './scope.js';

export interface Replacement {
  readonly scope: Scope;
  readonly current: StoredObject;
  readonly admission: Admission;
  readonly subresource: Target['subresource'];
  readonly preconditions: Preconditions;
  /** The status is the writer's, too. */
  readonly keepsStatus?: true;
  /** Whether the writer must name the version that it saw. */
  readonly versionRequired: boolean;
}

/** Puts an object in the place of the current one, as far as its writer has a say in it. */
export const decideReplacement = (
  state: ResourceState,
  replacement: Replacement,
  context: DecisionContext,
): Decision => {
  const { scope, current, subresource } = replacement;
  const { result } = replacement.admission;
  if (!result.ok) {
    return refused(refusalWithRules(result, { key: scope.key, before: current.object }, state, context.rules));
  }
  const before = metadataOf(current.object);
  const sent = metadataOf(result.object);
  const lost = refuseLostRace(replacement, sent);
  if (lost !== undefined) return refused(lost);

  const strategy = strategyOf(scope.kind);
  const isStatusStored = subresource === undefined && scope.version.status && replacement.keepsStatus !== true;
  const body = isStatusStored ? withMember(result.object, 'status', current.object) : result.object;
  const wanted = { ...body, metadata: keptMetadata(before, sent) };
  const change = { key: scope.key, before: current.object, after: wanted };
  const causes = [
    ...checkMetadataChange(before, sent),
    ...(strategy.checkChange?.(wanted, current.object) ?? []),
    ...(rulesFor(context.rules, scope.key)?.check?.(change, state) ?? []),
  ];
  if (causes.length > 0) return refused(invalid(scope.subject, causes));

  const around = { before: current, state, now: timestampOf(context.now), subresource };
  const completed = strategy.complete?.(wanted, around) ?? wanted;
  const changed = changesBetween(current.object, completed);
  if (changed.length === 0) return unchanged(current, result.warnings);
  const object = changesSpec(scope, current.object, completed) ? nextGeneration(completed) : completed;
  if (isLetGo(scope, object)) {
    return happened(eventOf(scope, { type: 'deleted', before: current, object, changed }), 'deleted', result.warnings);
  }
  const type = typeOfChange(scope, current.object, object);
  return accepted(eventOf(scope, { type, before: current, object, changed }), 'changed', result.warnings);
};

/** The object's metadata counts one more change of what it asks for. */
export const nextGeneration = (object: JsonObject): JsonObject => {
  const metadata = metadataOf(object);
  return { ...object, metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 } };
};

/** A deletion was asked for, and nobody holds the object any more. */
export const isLetGo = ({ kind }: Scope, object: JsonObject): boolean => {
  const { deletionTimestamp, finalizers } = metadataOf(object);
  return deletionTimestamp !== undefined && finalizers === undefined && strategyOf(kind).holds?.(object) !== true;
};

const refuseLostRace = (
  { scope, current, preconditions, versionRequired }: Replacement,
  sent: Metadata,
): Refusal | undefined => {
  const { subject } = scope;
  const { uid } = metadataOf(current.object);
  for (const expected of [preconditions.uid, sent.uid]) {
    if (expected === undefined || expected === uid) continue;
    return conflict(subject, `Precondition failed: UID in precondition: ${expected}, UID in object meta: ${uid ?? ''}`);
  }
  const seen = sent.resourceVersion === '0' ? undefined : sent.resourceVersion;
  if (seen === undefined && versionRequired) {
    return invalid(subject, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]);
  }
  for (const version of [preconditions.resourceVersion, seen]) {
    if (version === undefined || version === String(current.version)) continue;
    if (/^[0-9]+$/.test(version)) return modified(subject);
    return invalid(subject, [invalidValue('metadata.resourceVersion', version, 'must be a decimal integer')]);
  }
  return undefined;
};
