/**
 * Empties a namespace that is going away, then lets it go. The store refuses new objects in it from the first moment;
 * what stays behind, held by finalizers, is told in the conditions that Kubernetes has for it.
 */
import { jsonEquals, objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import {
  conditionsOf,
  done,
  finalizersOf,
  isDeleting,
  retry,
  setCondition,
  waiting,
  watchFor,
  watchMapped,
  WriteRefused,
} from '@holdfast/reconcile';
import type { ObjectReader, ObjectState, Outcome, ReconcilerDefinition, Run } from '@holdfast/reconcile';

import { deleteAll, wentThrough } from './writes.js';

const NAMESPACES = { group: '', resource: 'namespaces' };

export const namespaceLifecycle: ReconcilerDefinition = {
  name: 'namespace-lifecycle',
  watches: [watchFor(NAMESPACES), watchMapped('any', ({ key }, read) => goingNamespace(key.namespace, read))],
  reconcile: async (run) => {
    const namespace = run.read.get(run.key);
    if (namespace === undefined || !isDeleting(namespace)) return done;
    const outcome = await deleteAll(run, run.read.inNamespace(run.key.name));
    if (outcome.kind === 'retry') return outcome;
    const left = run.read.inNamespace(run.key.name);
    if (left.length === 0) return wentThrough(await run.write.finalize(namespace));
    const told = await tellWhatRemains(run, namespace, left);
    return told ?? waiting('ContentRemains', `${left.length} objects wait for their finalizers`);
  },
};

const goingNamespace = (name: string, read: ObjectReader) => {
  const namespace = name === '' ? undefined : read.get({ ...NAMESPACES, namespace: '', name });
  return namespace !== undefined && isDeleting(namespace) ? [namespace.key] : [];
};

/** An outcome only when the conditions cannot be written. */
const tellWhatRemains = async (
  run: Run,
  namespace: ObjectState,
  left: readonly ObjectState[],
): Promise<Outcome | undefined> => {
  const status = objectAt(namespace.object, 'status');
  const conditions = whatRemains(left).reduce<readonly JsonObject[]>(
    (known, { type, reason, message }) =>
      setCondition(known, { type, status: 'True', reason, message, observedGeneration: 0 }, run.now),
    conditionsOf(status),
  );
  // A namespace's conditions are older than `observedGeneration`, and have none.
  const next = { ...status, conditions: conditions.map(({ observedGeneration: _none, ...condition }) => condition) };
  if (jsonEquals(status, next)) return undefined;
  const result = await run.write.updateStatus(namespace, 'v1', next);
  return result.ok ? undefined : retry(new WriteRefused(namespace.key, result.refusal));
};

const whatRemains = (left: readonly ObjectState[]) => {
  const resources = counted(left.map(({ key }) => `${key.resource}.${key.group}`));
  const finalizers = counted(left.flatMap(finalizersOf));
  const remaining = resources.map(([resource, count]) => `${resource} has ${count} resource instances`);
  const holding = finalizers.map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  return [
    {
      type: 'NamespaceContentRemaining',
      reason: 'SomeResourcesRemain',
      message: `Some resources are remaining: ${remaining.join(', ')}`,
    },
    {
      type: 'NamespaceFinalizersRemaining',
      reason: 'SomeFinalizersRemain',
      message: `Some content in the namespace has finalizers remaining: ${holding.join(', ')}`,
    },
  ];
};

const counted = (names: readonly string[]): readonly (readonly [string, number])[] => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
};
