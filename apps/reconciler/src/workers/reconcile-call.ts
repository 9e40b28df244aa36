/** What a worker is told: the object, what belongs to it, and why it is called. */
import type { ReconcileCall } from '@holdfast/contracts';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { apiVersionOf, objectTypeText, ownersOf, uidOf } from '@holdfast/reconcile';
import type { ObjectReader, ObjectState, RunIdentity } from '@holdfast/reconcile';

import type { AcceptedReconciler } from './judge-reconcilers.js';
import { namesAt } from './known-kinds.js';
import type { KnownKind } from './known-kinds.js';

export const reconcileCall = (
  reconciler: AcceptedReconciler,
  run: RunIdentity & { readonly object: ObjectState; readonly read: ObjectReader },
  deadline: Date,
): ReconcileCall => ({
  apiVersion: 'holdfast.dev/v1',
  kind: 'ReconcileCall',
  controller: reconciler.name,
  run: run.id,
  reason: run.reason,
  attempt: run.attempt,
  epoch: run.fence?.epoch ?? 0,
  deadline: deadline.toISOString(),
  object: bodyOf(run.object, reconciler.for),
  children: childrenOf(reconciler, run.object, run.read),
  watched: watchedOf(reconciler, run.object, run.read),
  ...(run.cause === undefined
    ? {}
    : { cause: { resourceVersion: String(run.cause.version), correlationID: run.cause.correlationID } }),
  traceparent: run.traceparent,
});

const childrenOf = ({ owns }: AcceptedReconciler, object: ObjectState, read: ObjectReader): readonly JsonObject[] =>
  read.ownedBy(uidOf(object)).flatMap((child) => {
    const kind = owns.find((owned) => objectTypeText(owned) === objectTypeText(child.key));
    const isControlled = ownersOf(child.object).some((owner) => owner.controller && owner.uid === uidOf(object));
    return kind === undefined || !isControlled ? [] : [bodyOf(child, kind)];
  });

const watchedOf = ({ watches }: AcceptedReconciler, object: ObjectState, read: ObjectReader): readonly JsonObject[] =>
  watches.flatMap(({ kind, field }) =>
    namesAt(object.object, field).flatMap((name) => {
      const namespace = kind.scope === 'Cluster' ? '' : object.key.namespace;
      const found = read.get({ group: kind.group, resource: kind.resource, namespace, name });
      return found === undefined ? [] : [bodyOf(found, kind)];
    }),
  );

/** As the API shows it in the version that was asked for. */
const bodyOf = (state: ObjectState, kind: KnownKind): JsonObject => ({
  ...state.object,
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  metadata: { ...objectAt(state.object, 'metadata'), resourceVersion: String(state.version) },
});
