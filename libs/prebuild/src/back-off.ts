/** What failed builds lead to: waiting, then the hard limit with its probes (rule book: Planning is pure, "Actions", 3). */
import { END_OF_TIME } from './instant.js';
import type { Duration, Instant } from './instant.js';
import type { FailedBuild, Failures, HardLimit } from './pool-snapshot.js';

/** Until when a pool waits; undefined when it does not. */
export const backingOffAt = (failures: Failures | undefined, interval: Duration, now: Instant): Instant | undefined => {
  if (failures === undefined || failures.count === 0 || failures.excused) return undefined;
  const until = backOffUntil(failures, interval);
  return now > until ? undefined : until;
};

/** No creates until then, that instant included. */
const backOffUntil = ({ count, lastAt }: Failures, interval: Duration): Instant => {
  const until = lastAt + BigInt(count) * interval;
  return until < END_OF_TIME ? until : END_OF_TIME;
};

/** A build that has ended; the cancelled ones say nothing about whether the next will work. */
export type EndedBuild =
  | { readonly endedAt: Instant; readonly outcome: 'succeeded' | 'cancelled' }
  | ({ readonly endedAt: Instant; readonly outcome: 'failed' } & FailedBuild);

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
  const everFailed = builds.filter((build) => build.outcome === 'failed');
  if (everFailed.length === 0) return { hardLimit: 'clear' };
  const worked = latest(builds.filter(({ outcome }) => outcome === 'succeeded'));
  const failed = everFailed.filter(({ endedAt }) => worked === undefined || endedAt > worked.endedAt);
  const newest = latest(failed);
  if (newest === undefined) return { hardLimit: 'clear' };

  const { endedAt: lastAt, workspace, message } = newest;
  const failures: Failures = { count: failed.length, lastAt, last: { workspace, message } };
  const excused: Failures = { ...failures, excused: true };
  // What failed before the retry was asked for delays it no more.
  const isRetried = retriedAt !== undefined && retriedAt > lastAt;
  if (failureHardLimit === 0 || failures.count < failureHardLimit)
    return { failures: isRetried ? excused : failures, hardLimit: 'clear' };
  if (isRetried) return { failures: excused, hardLimit: 'probe' };
  // A probe waits for the cool-down alone: many failures would put it off for ever.
  const probeAfter = lastAt + probeCoolDown;
  if (now > probeAfter) return { failures: excused, hardLimit: 'probe' };
  return { failures: { ...failures, probeAfter }, hardLimit: 'limited' };
};

/** Of those that ended at the same instant the last by name, so that the order of a listing never matters. */
const latest = <Ended extends EndedBuild>(builds: readonly Ended[]): Ended | undefined =>
  builds.reduce<Ended | undefined>(
    (last, build) => (last === undefined || isLater(build, last) ? build : last),
    undefined,
  );

const isLater = (a: EndedBuild, b: EndedBuild): boolean =>
  a.endedAt === b.endedAt ? nameOf(a) > nameOf(b) : a.endedAt > b.endedAt;

const nameOf = (build: EndedBuild): string => (build.outcome === 'failed' ? build.workspace : '');
