/** What failed builds lead to: waiting, then the hard limit with its probes (rule book: Planning is pure, "Actions", 3). */
import { END_OF_TIME } from './instant.js';
import type { Duration, Instant } from './instant.js';
import type { Failures, HardLimit } from './pool-snapshot.js';

/** Until when a pool waits; undefined when it does not. */
export const backingOffAt = (failures: Failures | undefined, interval: Duration, now: Instant): Instant | undefined => {
  if (failures === undefined || failures.count === 0) return undefined;
  const until = backOffUntil(failures, interval);
  return now > until ? undefined : until;
};

/** No creates until then, that instant included. */
const backOffUntil = ({ count, lastAt }: Failures, interval: Duration): Instant => {
  const until = lastAt + BigInt(count) * interval;
  return until < END_OF_TIME ? until : END_OF_TIME;
};

/** A build that has ended; the cancelled ones say nothing about whether the next will work. */
export interface EndedBuild {
  readonly endedAt: Instant;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
}

export interface FailurePolicy {
  /** So many newest builds, all failed, stop the pool; 0 never does. */
  readonly failureHardLimit: number;
  /** How long after the last failure a build is tried all the same. */
  readonly probeCoolDown: Duration;
  /** When the spec changed last, or somebody asked for another try. */
  readonly retriedAt?: Instant;
}

/** What the builds of a pool say about its next one. */
export const judgeBuilds = (
  builds: readonly EndedBuild[],
  { failureHardLimit, probeCoolDown, retriedAt }: FailurePolicy,
  now: Instant,
): { readonly failures?: Failures; readonly hardLimit: HardLimit } => {
  const worked = latest(builds.filter(({ outcome }) => outcome === 'succeeded'));
  const failed = builds.filter(
    ({ outcome, endedAt }) => outcome === 'failed' && (worked === undefined || endedAt > worked),
  );
  const lastAt = latest(failed);
  if (lastAt === undefined) return { hardLimit: 'clear' };

  const count = failed.length;
  // What failed before the retry was asked for delays it no more.
  const isRetried = retriedAt !== undefined && retriedAt > lastAt;
  const waiting = isRetried ? {} : { failures: { count, lastAt } };
  if (failureHardLimit === 0 || count < failureHardLimit) return { ...waiting, hardLimit: 'clear' };
  if (isRetried) return { hardLimit: 'probe' };
  // A probe waits for the cool-down alone: many failures would put it off for ever.
  return now > lastAt + probeCoolDown ? { hardLimit: 'probe' } : { ...waiting, hardLimit: 'limited' };
};

const latest = (builds: readonly EndedBuild[]): Instant | undefined =>
  builds.reduce<Instant | undefined>(
    (last, { endedAt }) => (last === undefined || endedAt > last ? endedAt : last),
    undefined,
  );
