/**
 * Replacing the instances of other versions bit by bit (rule book: Planning is pure, "Actions", 4). With 3 desired and a
 * `maxSurge` of 1:
 *
 *   before    3 kept      3 kept      2 kept      2 kept      …  0: inactive
 *   active    1 starting  1 not ready 1 ready     1 starting  …  3 ready
 *
 * What is from before may be of several versions, when one was replaced before it was complete.
 */
import type { Instant } from './instant.js';
import { agesOf, stateOf } from './pool-state.js';
import type { PoolState } from './pool-state.js';
import type { PoolSnapshot } from './pool-snapshot.js';
import { targetOf } from './target.js';

/** Gives the pools of a surge their standing: what the old ones keep, and how much room the new one has. */
export const withSurges = (pools: readonly PoolSnapshot[], now: Instant): readonly PoolSnapshot[] => {
  const replacedOf = replacedByPreset(pools);
  const changed = new Map<PoolSnapshot, PoolSnapshot>();
  for (const pool of pools) {
    const replaced = replacedOf.get(pool.preset);
    const replacement = pool.settings.replacement;
    if (replaced === undefined || pool.standing.status !== 'active' || replacement?.strategy !== 'Surge') continue;
    const { desired, eligible } = currentState(pool, now);
    // As soon as nothing of it has to be kept a pool is inactive as any other.
    for (const [old, keep] of shared(Math.max(desired - eligible, 0), replaced, now))
      changed.set(old, { ...old, standing: { status: 'retiring', keep, ready: eligible, desired } });
    const previous = replaced.reduce((sum, { running }) => sum + running.length, 0);
    changed.set(pool, {
      ...pool,
      standing: { status: 'active', surge: { most: desired + replacement.maxSurge, previous } },
    });
  }
  return pools.map((pool) => changed.get(pool) ?? pool);
};

/** Those of versions that are not the active one, with anything left: of each preset the newest version first. */
const replacedByPreset = (pools: readonly PoolSnapshot[]): ReadonlyMap<string, readonly PoolSnapshot[]> => {
  const found = new Map<string, PoolSnapshot[]>();
  for (const pool of pools.filter(isReplaced)) found.set(pool.preset, [...(found.get(pool.preset) ?? []), pool]);
  for (const replaced of found.values()) replaced.sort(newestFirst);
  return found;
};

const isReplaced = ({ standing, running }: PoolSnapshot): boolean =>
  standing.status === 'inactive' &&
  (standing.because === 'version-replaced' || standing.because === 'version-not-active') &&
  running.length > 0;

/** The version that was active before the active one; then the one that was built last. */
const newestFirst = (a: PoolSnapshot, b: PoolSnapshot): number => {
  if (isPrevious(a) !== isPrevious(b)) return isPrevious(a) ? -1 : 1;
  const [builtA, builtB] = [newestOf(a), newestOf(b)];
  if (builtA !== builtB) return builtA > builtB ? -1 : 1;
  return a.pool < b.pool ? -1 : 1;
};

const isPrevious = ({ standing }: PoolSnapshot): boolean =>
  standing.status === 'inactive' && standing.because === 'version-replaced';

const newestOf = ({ running }: PoolSnapshot): Instant =>
  running.reduce((newest, { createdAt }) => (createdAt > newest ? createdAt : newest), 0n);

const currentState = (pool: PoolSnapshot, now: Instant): PoolState => {
  const ages = agesOf(pool, now);
  return stateOf(pool, ages, targetOf(pool, ages, now).desired);
};

/** How many of the missing ones each pool keeps: those that can be claimed in all of them, before any that cannot yet. */
const shared = (
  missing: number,
  replaced: readonly PoolSnapshot[],
  now: Instant,
): ReadonlyMap<PoolSnapshot, number> => {
  const kept = new Map<PoolSnapshot, number>();
  let left = missing;
  for (const isWanted of [true, false])
    for (const pool of replaced) {
      const found = agesOf(pool, now).fresh.filter(({ ready }) => ready === isWanted).length;
      const more = Math.min(found, left);
      left -= more;
      if (more > 0) kept.set(pool, (kept.get(pool) ?? 0) + more);
    }
  return kept;
};
