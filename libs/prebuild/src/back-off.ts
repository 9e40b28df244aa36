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

/** Failed builds as they were counted before; what is left of them to see may be gone since. */
export interface CountedFailures extends FailedBuild {
  readonly count: number;
  readonly lastAt: Instant;
}

export interface FailurePolicy {
  /** So many newest builds, all failed, stop the pool; 0 never does. */
  readonly failureHardLimit: number;
  /** How long after the last failure a build is tried all the same. */
  readonly probeCoolDown: Duration;
  /** When the spec changed last, or somebody asked for another try. */
  readonly retriedAt?: Instant;
  readonly counted?: CountedFailures;
  /** When a build worked last, as it was known before; what was built may be gone since. */
  readonly workedAt?: Instant;
}

export interface Judgement {
  /** When a build worked last. */
  readonly workedAt?: Instant;
  readonly failures?: Failures;
  readonly hardLimit: HardLimit;
}

/** What the builds of a pool say about its next one. */
export const judgeBuilds = (builds: readonly EndedBuild[], policy: FailurePolicy, now: Instant): Judgement => {
  const workedAt = lastSuccess(builds, policy.workedAt);
  return { ...(workedAt === undefined ? {} : { workedAt }), ...judgeFailures(builds, workedAt, policy, now) };
};

const lastSuccess = (builds: readonly EndedBuild[], before: Instant | undefined): Instant | undefined => {
  const seen = latest(builds.filter(({ outcome }) => outcome === 'succeeded'))?.endedAt;
  if (seen === undefined || before === undefined) return seen ?? before;
  return seen > before ? seen : before;
};

const judgeFailures = (
  builds: readonly EndedBuild[],
  workedAt: Instant | undefined,
  { failureHardLimit, probeCoolDown, retriedAt, counted }: FailurePolicy,
  now: Instant,
): Pick<Judgement, 'failures' | 'hardLimit'> => {
  const failures = failuresIn(builds, counted, workedAt);
  if (failures === undefined) return { hardLimit: 'clear' };
  const { lastAt } = failures;
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

/** Those since the last build that worked. Each is counted once, whether it can still be seen, was counted before, or both. */
const failuresIn = (
  builds: readonly EndedBuild[],
  counted: CountedFailures | undefined,
  workedAt: Instant | undefined,
): Failures | undefined => {
  const everFailed = builds.filter((build) => build.outcome === 'failed');
  const before = counted === undefined ? [] : [failedBuild(counted)];
  if (everFailed.length + before.length === 0) return undefined;
  const isSince = ({ endedAt }: EndedBuild): boolean => workedAt === undefined || endedAt > workedAt;
  const failed = everFailed.filter(isSince);
  const known = before.filter(isSince);
  const newest = latest([...failed, ...known]);
  if (newest === undefined) return undefined;

  const { endedAt: lastAt, workspace, message } = newest;
  const later = failed.filter(({ endedAt }) => counted === undefined || endedAt > counted.lastAt).length;
  // Of those that ended at one instant some may be seen later than others: what can be seen is never too many.
  const count = known.length === 0 ? failed.length : Math.max((counted?.count ?? 0) + later, failed.length);
  return { count, lastAt, last: { workspace, message } };
};

const failedBuild = ({ lastAt: endedAt, workspace, message }: CountedFailures) =>
  ({ endedAt, outcome: 'failed', workspace, message }) as const;

/** Of those that ended at the same instant the last by name, so that the order of a listing never matters. */
const latest = <Ended extends EndedBuild>(builds: readonly Ended[]): Ended | undefined =>
  builds.reduce<Ended | undefined>(
    (last, build) => (last === undefined || isLater(build, last) ? build : last),
    undefined,
  );

const isLater = (a: EndedBuild, b: EndedBuild): boolean =>
  a.endedAt === b.endedAt ? nameOf(a) > nameOf(b) : a.endedAt > b.endedAt;

const nameOf = (build: EndedBuild): string => (build.outcome === 'failed' ? build.workspace : '');
