import type { JsonObject, Refusal } from '@holdfast/kernel';
import type { Preconditions, PropagationPolicy } from '@holdfast/contracts';
import { strategyOf } from '../core-kinds/strategies.js';
import { changesBetween, eventOf, typeOfChange } from './changes.js';
import type { Decision, DecisionContext, ResourceState, StoredObject } from './decision.js';
import { rulesFor } from './kind-rules.js';
import { keptMetadata } from './metadata-change.js';
import { metadataOf } from './metadata.js';
import type { Metadata } from './metadata.js';
import { happened, refused, timestampOf, unchanged } from './outcome.js';
import type { PreparedDelete } from './prepared-write.js';
import { conflict, forbiddenTo, notFound } from './refusals.js';
import { isLetGo, nextGeneration } from './replace.js';
import { scopeOf } from './scope.js';
import type { Scope } from './scope.js';

/**
 * Removes an object that nobody holds; asks for the deletion of one that has finalizers. Asking again changes nothing,
 * unless it is with another propagation policy.
 */
export const decideDelete = (state: ResourceState, write: PreparedDelete, context: DecisionContext): Decision => {
  const { target, preconditions, propagationPolicy } = write;
  const found = scopeOf(state.kind(target.group, target.resource), target);
  if (!found.ok) return refused(found.refusal);
  const { scope } = found;
  const current = state.get(scope.key);
  if (current === undefined) return refused(notFound(scope.subject));
  const refusal =
    refuseUndeletable(scope, current) ??
    refusePreconditions(scope, current, preconditions) ??
    refuseByRules(state, scope, current, context.rules);
  if (refusal !== undefined) return refused(refusal);

  const held = withPropagation(current.object, propagationPolicy);
  const asked = askedToGo(scope, held, timestampOf(context.now));
  if (isLetGo(scope, asked)) {
    const last = metadataOf(current.object).deletionTimestamp === undefined ? current.object : asked;
    const changed = changesBetween(current.object, last);
    return happened(eventOf(scope, { type: 'deleted', before: current, object: last, changed }), 'deleted');
  }
  const changed = changesBetween(current.object, asked);
  if (changed.length === 0) return unchanged(current);
  const type = typeOfChange(scope, current.object, asked);
  return happened(eventOf(scope, { type, before: current, object: asked, changed }), 'changed');
};

const refuseUndeletable = ({ kind, subject }: Scope, { object }: StoredObject): Refusal | undefined => {
  const reason = strategyOf(kind).undeletable?.(object);
  return reason === undefined ? undefined : forbiddenTo(subject, reason);
};

/** What is on its way already may go on. */
const refuseByRules = (
  state: ResourceState,
  { key, subject }: Scope,
  { object }: StoredObject,
  rules: DecisionContext['rules'],
): Refusal | undefined => {
  if (metadataOf(object).deletionTimestamp !== undefined) return undefined;
  const reason = rulesFor(rules, key)?.undeletable?.(object, key, state);
  return reason === undefined ? undefined : conflict(subject, reason);
};

const refusePreconditions = (
  { subject }: Scope,
  { object, version }: StoredObject,
  { uid, resourceVersion }: Preconditions,
): Refusal | undefined => {
  const found = metadataOf(object).uid ?? '';
  if (uid !== undefined && uid !== found) {
    return conflict(
      subject,
      `the UID in the precondition (${uid}) does not match the UID in record (${found}). ` +
        'The object might have been deleted and then recreated',
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== String(version)) {
    return conflict(
      subject,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${version}). ` +
        'The object might have been modified',
    );
  }
  return undefined;
};

/** Foreground and Orphan leave word for the collector, as finalizers; without a policy the word left before stands. */
const withPropagation = (object: JsonObject, policy: PropagationPolicy | undefined): JsonObject => {
  if (policy === undefined) return object;
  const metadata = metadataOf(object);
  const others = (metadata.finalizers ?? []).filter((name) => name !== FOREGROUND && name !== ORPHAN);
  const finalizers = [...others, ...policyFinalizers[policy]];
  const { finalizers: _before, ...rest } = metadata;
  return { ...object, metadata: finalizers.length === 0 ? rest : { ...rest, finalizers } };
};

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
const policyFinalizers: Readonly<Record<PropagationPolicy, readonly string[]>> = {
  Background: [],
  Foreground: [FOREGROUND],
  Orphan: [ORPHAN],
};

const askedToGo = ({ kind }: Scope, object: JsonObject, now: string): JsonObject => {
  const metadata = metadataOf(object);
  if (metadata.deletionTimestamp !== undefined) return object;
  const asked: Metadata = { ...metadata, deletionTimestamp: now, deletionGracePeriodSeconds: 0 };
  const marked = nextGeneration({ ...object, metadata: keptMetadata(asked, asked) });
  return strategyOf(kind).terminating?.(marked, now) ?? marked;
};
