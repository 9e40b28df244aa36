/** What a pool has, lacks and has too much of (rule book: Planning is pure, "State"). */
import type { Instant } from './instant.js';
import type { Instance, PoolSettings, PoolSnapshot } from './pool-snapshot.js';

export interface PoolState {
  readonly actual: number;
  readonly expired: number;
  readonly desired: number;
  readonly eligible: number;
  readonly extraneous: number;
  readonly starting: number;
  readonly stopping: number;
  readonly deleting: number;
}

/** The running instances by whether they are too old to be handed out. */
export interface Ages {
  readonly expired: readonly Instance[];
  readonly fresh: readonly Instance[];
}

/** What makes the instances of a pool too old. */
export interface Expiry {
  readonly settings: Pick<PoolSettings, 'ttl'>;
  readonly invalidatedAt?: Instant;
}

export const agesOf = (pool: PoolSnapshot, now: Instant): Ages => {
  const oldest = oldestAccepted(pool, now);
  if (oldest === undefined) return { expired: [], fresh: pool.running };
  const expired: Instance[] = [];
  const fresh: Instance[] = [];
  for (const instance of pool.running) (instance.createdAt < oldest ? expired : fresh).push(instance);
  return { expired, fresh };
};

/** What was built before it has expired: it is older than the ttl, strictly, or from before the last invalidation. */
export const oldestAccepted = (
  { settings: { ttl = 0n }, invalidatedAt }: Expiry,
  now: Instant,
): Instant | undefined => {
  const byTtl = ttl > 0n ? now - ttl : undefined;
  if (byTtl === undefined || invalidatedAt === undefined) return byTtl ?? invalidatedAt;
  return byTtl > invalidatedAt ? byTtl : invalidatedAt;
};

export type Aged = Pick<Instance, 'id' | 'createdAt'>;

/** Instances of the same age are told apart by their ids, so that the order of a listing never matters. */
export const oldestFirst = (a: Aged, b: Aged): number => {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
};

export const stateOf = (pool: PoolSnapshot, { expired, fresh }: Ages, desired: number): PoolState => {
  const counted = {
    actual: pool.running.length,
    expired: expired.length,
    starting: pool.inProgress.start,
    stopping: pool.inProgress.stop,
    deleting: pool.inProgress.delete,
  };
  if (pool.standing.status === 'inactive') return { ...counted, desired: 0, eligible: 0, extraneous: 0 };
  return {
    ...counted,
    desired,
    eligible: fresh.filter(({ ready }) => ready).length,
    extraneous: Math.max(fresh.length - desired, 0),
  };
};
