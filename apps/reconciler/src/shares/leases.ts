/**
 * The lock of each partition: a Lease in the log. Its holder is a replica, its transitions are the epoch that fences
 * carry: one more with each take, also by the same replica. A finalizer keeps it, since an epoch that began again at 1
 * would let old writers in.
 */
import { keyText } from '@holdfast/contracts';
import type { Fence, ObjectKey, Target, TransactionOperation } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { PARTITIONS } from '@holdfast/reconcile';
import type { ObjectReader, ObjectState } from '@holdfast/reconcile';

export const SYSTEM_NAMESPACE = 'holdfast-system';
const API_VERSION = 'coordination.k8s.io/v1';
const FINALIZER = 'holdfast.dev/epoch';

export interface PartitionLease {
  /** Undefined when nobody holds it. */
  readonly holder: string | undefined;
  readonly epoch: number;
  readonly version: number;
}

/** By partition; undefined where there is no Lease yet. */
export type PartitionLeases = readonly (PartitionLease | undefined)[];

export const leaseKeyOf = (partition: number): ObjectKey => LEASE_KEYS[partition] as ObjectKey;

/** The partition that the object with this key is the lock of. */
export const partitionOfLease = (key: ObjectKey): number | undefined =>
  key.namespace === SYSTEM_NAMESPACE ? PARTITIONS_BY_LEASE.get(keyText(key)) : undefined;

export const fenceOf = (partition: number, epoch: number): Fence => ({
  lock: keyText(leaseKeyOf(partition)),
  epoch,
});

export const readLeases = (read: Pick<ObjectReader, 'get'>): PartitionLeases =>
  LEASE_KEYS.map((key) => leaseOf(read.get(key)));

export const readLease = (read: Pick<ObjectReader, 'get'>, partition: number): PartitionLease | undefined =>
  leaseOf(read.get(leaseKeyOf(partition)));

/** Takes the partitions, all or none: only if each is still as it was seen. Missing Leases are made, held already. */
export const takeOperations = (input: {
  readonly partitions: readonly number[];
  readonly leases: PartitionLeases;
  readonly holder: string;
  readonly now: Date;
  readonly hasNamespace: boolean;
}): TransactionOperation[] => {
  const { partitions, leases, holder, hasNamespace } = input;
  const acquireTime = input.now.toISOString();
  const operations = partitions.map((partition): TransactionOperation => {
    const lease = leases[partition];
    const spec = { holderIdentity: holder, leaseTransitions: (lease?.epoch ?? 0) + 1, acquireTime };
    return lease === undefined ? createLease(partition, spec) : patchLease(partition, lease, spec);
  });
  const needsNamespace = !hasNamespace && operations.some(({ verb }) => verb === 'create');
  return needsNamespace ? [CREATE_NAMESPACE, ...operations] : operations;
};

/** Lets others have the partitions; the epoch stays until somebody takes them. */
export const clearOperations = (partitions: readonly number[], leases: PartitionLeases): TransactionOperation[] =>
  partitions.flatMap((partition) => {
    const lease = leases[partition];
    return lease === undefined ? [] : [patchLease(partition, lease, { holderIdentity: '' })];
  });

const LEASE_KEYS: readonly ObjectKey[] = Array.from({ length: PARTITIONS }, (_, partition) => ({
  group: 'coordination.k8s.io',
  resource: 'leases',
  namespace: SYSTEM_NAMESPACE,
  name: `reconciler-partition-${String(partition).padStart(2, '0')}`,
}));

const PARTITIONS_BY_LEASE = new Map(LEASE_KEYS.map((key, partition) => [keyText(key), partition]));

export const NAMESPACE_KEY: ObjectKey = { group: '', resource: 'namespaces', namespace: '', name: SYSTEM_NAMESPACE };

const leaseOf = (state: ObjectState | undefined): PartitionLease | undefined => {
  if (state === undefined) return undefined;
  const spec = objectAt(state.object, 'spec');
  const { leaseTransitions: epoch } = spec;
  return {
    holder: stringAt(spec, 'holderIdentity') || undefined,
    epoch: typeof epoch === 'number' ? epoch : 0,
    version: state.version,
  };
};

const targetOf = (key: ObjectKey, name = key.name): Target => ({ ...key, version: 'v1', name });

const CREATE_NAMESPACE: TransactionOperation = {
  verb: 'create',
  target: targetOf(NAMESPACE_KEY, ''),
  body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } },
};

const createLease = (partition: number, spec: JsonObject): TransactionOperation => {
  const { name, namespace } = leaseKeyOf(partition);
  const metadata = { name, namespace, finalizers: [FINALIZER] };
  return {
    verb: 'create',
    target: targetOf(leaseKeyOf(partition), ''),
    body: { apiVersion: API_VERSION, kind: 'Lease', metadata, spec },
  };
};

const patchLease = (partition: number, { version }: PartitionLease, spec: JsonObject): TransactionOperation => ({
  verb: 'patch',
  patchType: 'merge',
  target: targetOf(leaseKeyOf(partition)),
  body: { metadata: { resourceVersion: String(version) }, spec },
});
