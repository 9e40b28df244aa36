/** Deletes the objects of a kind whose CustomResourceDefinition is going away, then lets the definition go. */
import { objectAt, stringAt } from '@holdfast/kernel';
import { done, finalizersOf, isDeleting, uidOf, waiting, watchFor, watchMapped } from '@holdfast/reconcile';
import type { ObjectReader, ObjectState, ObjectType, ReconcilerDefinition } from '@holdfast/reconcile';

import { apiVersionOf, removeFinalizer, wentThrough } from './writes.js';

const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

export const kindLifecycle: ReconcilerDefinition = {
  name: 'kind-lifecycle',
  watches: [
    watchFor(DEFINITIONS),
    watchMapped('any', ({ key, after }, read) => (after === undefined ? goingDefinition(key, read) : [])),
  ],
  reconcile: async (run) => {
    const definition = run.read.get(run.key);
    if (definition === undefined || !isDeleting(definition)) return done;
    if (!finalizersOf(definition).includes(CLEANUP)) return done;
    const type = definedType(definition);
    for (const state of run.read.list(type).filter((found) => !isDeleting(found))) {
      const outcome = wentThrough(await run.write.delete(state.key, apiVersionOf(state), uidOf(state)));
      if (outcome.kind === 'retry') return outcome;
    }
    const left = run.read.list(type).length;
    if (left > 0) return waiting('InstancesRemain', `${left} objects wait for their finalizers`);
    return removeFinalizer(run, definition, CLEANUP);
  },
};

const definedType = (definition: ObjectState): ObjectType => {
  const spec = objectAt(definition.object, 'spec');
  return { group: stringAt(spec, 'group') ?? '', resource: stringAt(objectAt(spec, 'names'), 'plural') ?? '' };
};

const goingDefinition = ({ group, resource }: ObjectType, read: ObjectReader) => {
  const definition = read.get({ ...DEFINITIONS, namespace: '', name: `${resource}.${group}` });
  return definition !== undefined && isDeleting(definition) ? [definition.key] : [];
};
