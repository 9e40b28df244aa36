/** Empties a namespace that is going away, then lets it go. The store refuses new objects in it from the first moment. */
import { done, isDeleting, uidOf, waiting, watchFor, watchMapped } from '@holdfast/reconcile';
import type { ObjectReader, ReconcilerDefinition } from '@holdfast/reconcile';

import { apiVersionOf, wentThrough } from './writes.js';

const NAMESPACES = { group: '', resource: 'namespaces' };

export const namespaceLifecycle: ReconcilerDefinition = {
  name: 'namespace-lifecycle',
  watches: [
    watchFor(NAMESPACES),
    watchMapped('any', ({ key, after }, read) => (after === undefined ? goingNamespace(key.namespace, read) : [])),
  ],
  reconcile: async (run) => {
    const namespace = run.read.get(run.key);
    if (namespace === undefined || !isDeleting(namespace)) return done;
    for (const state of run.read.inNamespace(run.key.name).filter((found) => !isDeleting(found))) {
      const outcome = wentThrough(await run.write.delete(state.key, apiVersionOf(state), uidOf(state)));
      if (outcome.kind === 'retry') return outcome;
    }
    const left = run.read.inNamespace(run.key.name).length;
    if (left > 0) return waiting('ContentRemains', `${left} objects wait for their finalizers`);
    return wentThrough(await run.write.finalize(namespace));
  },
};

const goingNamespace = (name: string, read: ObjectReader) => {
  const namespace = name === '' ? undefined : read.get({ ...NAMESPACES, namespace: '', name });
  return namespace !== undefined && isDeleting(namespace) ? [namespace.key] : [];
};
