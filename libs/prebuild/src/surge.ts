/**
 * Replacing the instances of a version bit by bit (rule book: Planning is pure, "Actions", 4). With 3 desired and a
 * `maxSurge` of 1:
 *
 *   previous  3 kept      3 kept      2 kept      2 kept      …  0: inactive
 *   active    1 starting  1 not ready 1 ready     1 starting  …  3 ready
 */
import type { Instant } from './instant.js';
import { agesOf, stateOf } from './pool-state.js';
import type { PoolState } from './pool-state.js';
import type { PoolSnapshot } from './pool-snapshot.js';
import { targetOf } from './target.js';

/** Gives the pools of a surge their standing: what the old one keeps, and how much room the new one has. */
export const withSurges = (pools: readonly PoolSnapshot[], now: Instant): readonly PoolSnapshot[] => {
  const previousOf = new Map(pools.filter(isReplaced).map((pool) => [pool.preset, pool]));
  const changed = new Map<PoolSnapshot, PoolSnapshot>();
  for (const pool of pools) {
    const previous = previousOf.get(pool.preset);
    const replacement = pool.settings.replacement;
    if (previous === undefined || pool.standing.status !== 'active' || replacement?.strategy !== 'Surge') continue;
    const state = currentState(pool, now);
    changed.set(previous, retiring(previous, state));
    const surge = { most: state.desired + replacement.maxSurge, previous: previous.running.length };
    changed.set(pool, { ...pool, standing: { status: 'active', surge } });
  }
  return pools.map((pool) => changed.get(pool) ?? pool);
};

const isReplaced = ({ standing, running }: PoolSnapshot): boolean =>
  standing.status === 'inactive' && standing.because === 'version-replaced' && running.length > 0;

const currentState = (pool: PoolSnapshot, now: Instant): PoolState => {
  const ages = agesOf(pool, now);
  return stateOf(pool, ages, targetOf(pool, ages, now).desired);
};

/** As soon as nothing has to be kept the pool is inactive as any other. */
const retiring = (previous: PoolSnapshot, { desired, eligible }: PoolState): PoolSnapshot => {
  const keep = Math.max(desired - eligible, 0);
  return keep === 0 ? previous : { ...previous, standing: { status: 'retiring', keep, ready: eligible } };
};
