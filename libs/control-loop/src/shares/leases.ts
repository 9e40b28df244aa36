/**
 * The lock of each partition: a Lease in the log. Its holder is a replica, its transitions are the epoch that fences
 * carry: one more with each take, also by the same replica. A finalizer keeps it, since an epoch that began again at 1
 * would let old writers in.
 */
import { keyText } from '@holdfast/contracts';
import type { Fence, ObjectKey, Target, TransactionOperation } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
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

export interface Take {
  readonly partitions: readonly number[];
  readonly leases: PartitionLeases;
  readonly holder: string;
  readonly now: Date;
  readonly hasNamespace: boolean;
}

/** The Leases of one service, one for each of its partitions. */
export class Leases {
  private readonly keys: readonly ObjectKey[];
  private readonly partitions: ReadonlyMap<string, number>;

  /** By partition, the name of its Lease. */
  constructor(names: readonly string[]) {
    this.keys = names.map((name) => ({
      group: 'coordination.k8s.io',
      resource: 'leases',
      namespace: SYSTEM_NAMESPACE,
      name,
    }));
    this.partitions = new Map(this.keys.map((key, partition) => [keyText(key), partition]));
  }

  /** How many partitions there are. */
  get count(): number {
    return this.keys.length;
  }

  keyOf(partition: number): ObjectKey {
    return this.keys[partition] as ObjectKey;
  }

  /** The partition that the object with this key is the lock of. */
  partitionLockedBy(key: ObjectKey): number | undefined {
    return key.namespace === SYSTEM_NAMESPACE ? this.partitions.get(keyText(key)) : undefined;
  }

  fenceOf(partition: number, epoch: number): Fence {
    return { lock: keyText(this.keyOf(partition)), epoch };
  }

  readAll(read: Pick<ObjectReader, 'get'>): PartitionLeases {
    return this.keys.map((key) => leaseOf(read.get(key)));
  }

  read(read: Pick<ObjectReader, 'get'>, partition: number): PartitionLease | undefined {
    return leaseOf(read.get(this.keyOf(partition)));
  }

  /** Takes the partitions, all or none: only if each is still as it was seen. Missing Leases are made, held already. */
  takeOperations({ partitions, leases, holder, now, hasNamespace }: Take): TransactionOperation[] {
    const acquireTime = now.toISOString();
    const operations = partitions.map((partition): TransactionOperation => {
      const lease = leases[partition];
      const spec = { holderIdentity: holder, leaseTransitions: (lease?.epoch ?? 0) + 1, acquireTime };
      const key = this.keyOf(partition);
      return lease === undefined ? createLease(key, spec) : patchLease(key, lease, spec);
    });
    const needsNamespace = !hasNamespace && operations.some(({ verb }) => verb === 'create');
    return needsNamespace ? [CREATE_NAMESPACE, ...operations] : operations;
  }

  /** Lets others have the partitions; the epoch stays until somebody takes them. */
  clearOperations(partitions: readonly number[], leases: PartitionLeases): TransactionOperation[] {
    return partitions.flatMap((partition) => {
      const lease = leases[partition];
      return lease === undefined ? [] : [patchLease(this.keyOf(partition), lease, { holderIdentity: '' })];
    });
  }
}

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

const createLease = (key: ObjectKey, spec: JsonObject): TransactionOperation => {
  const { name, namespace } = key;
  const metadata = { name, namespace, finalizers: [FINALIZER] };
  return {
    verb: 'create',
    target: targetOf(key, ''),
    body: { apiVersion: API_VERSION, kind: 'Lease', metadata, spec },
  };
};

const patchLease = (key: ObjectKey, { version }: PartitionLease, spec: JsonObject): TransactionOperation => ({
  verb: 'patch',
  patchType: 'merge',
  target: targetOf(key),
  body: { metadata: { resourceVersion: String(version) }, spec },
});
