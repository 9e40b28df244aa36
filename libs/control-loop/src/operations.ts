/** Writes as data: sent alone, or several as one transaction. */
import type { ObjectKey, PropagationPolicy, Target, TransactionOperation, Write } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import { uidOf } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';

/** `more` says who chose its uid, and whether it comes with its status. */
export const createOperation = (
  key: ObjectKey,
  version: string,
  object: object,
  more: Pick<Write & { readonly verb: 'create' }, 'uid' | 'keepsStatus'> = {},
): TransactionOperation => ({
  verb: 'create',
  target: targetOf({ ...key, name: '' }, version),
  body: object,
  ...more,
});

/** A merge patch. */
export const patchOperation = (key: ObjectKey, version: string, patch: JsonObject): TransactionOperation => ({
  verb: 'patch',
  patchType: 'merge',
  target: targetOf(key, version),
  body: patch,
});

/** Good only as long as the object is as it was seen. */
export const statusOperation = (state: ObjectState, version: string, status: JsonObject): TransactionOperation => ({
  verb: 'update',
  target: { ...targetOf(state.key, version), subresource: 'status' },
  body: withVersion(state, { status }),
});

export const finalizeOperation = (state: ObjectState): TransactionOperation => ({
  verb: 'update',
  target: { ...targetOf(state.key, 'v1'), subresource: 'finalize' },
  body: withVersion(state, { spec: { finalizers: [] } }),
});

export const deleteOperation = (
  key: ObjectKey,
  version: string,
  preconditions: { readonly uid: string; readonly resourceVersion?: string },
  propagationPolicy: PropagationPolicy,
): TransactionOperation => ({
  verb: 'delete',
  target: targetOf(key, version),
  preconditions,
  propagationPolicy,
});

const targetOf = ({ group, resource, namespace, name }: ObjectKey, version: string): Target => ({
  group,
  version,
  resource,
  namespace,
  name,
});

/** The object with these members in place of its own, and with what the store needs to refuse it when it is old. */
const withVersion = (state: ObjectState, members: JsonObject): JsonObject => ({
  apiVersion: state.object['apiVersion'],
  kind: state.object['kind'],
  metadata: {
    name: state.key.name,
    ...(state.key.namespace === '' ? {} : { namespace: state.key.namespace }),
    uid: uidOf(state),
    resourceVersion: String(state.version),
  },
  ...members,
});
