/** How much goes into one commit, and how much may wait. */
import { MAX_EVENTS_PER_COMMIT } from '@holdfast/contracts';

export interface Limits {
  readonly eventsPerCommit: number;
  /** What a commit collects at most; a single command may need more, up to `commitBytes`. */
  readonly collectedBytes: number;
  /** A command beyond either of these goes by itself. */
  readonly eventsOfSharing: number;
  readonly bytesOfSharing: number;
  /** The largest commit that the log takes. */
  readonly commitBytes: number;
  /** Beyond these, new commands are refused with TooManyRequests. */
  readonly waitingCommands: number;
  readonly waitingBytes: number;
  /** How long the oldest undecided write may have waited. */
  readonly waitingMs: number;
  /** How many events, and bytes of them, are decided ahead of what is in flight. */
  readonly eventsAhead: number;
  readonly bytesAhead: number;
}

const KB = 1024;

/** The limits over a log that takes commits of `commitBytes`. */
export const limitsFor = (commitBytes: number): Limits => ({
  eventsPerCommit: MAX_EVENTS_PER_COMMIT,
  collectedBytes: Math.min(1024 * KB, commitBytes),
  eventsOfSharing: 256,
  bytesOfSharing: 512 * KB,
  commitBytes,
  waitingCommands: 10_000,
  waitingBytes: 64 * KB * KB,
  waitingMs: 2_000,
  eventsAhead: 512,
  bytesAhead: 2 * KB * KB,
});
