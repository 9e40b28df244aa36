/** The log as its users see it: commits in one order, appended by one writer at a time, read by many. */
import type { Commit, LogEvent } from '@holdfast/contracts';

/** Which log this is: a stream that was deleted and made again has the same name and another `created`. */
export interface LogIdentity {
  readonly stream: string;
  readonly created: string;
}

export interface Append {
  /** The id in the commit's header; unique, it tells one's own commit from another's. */
  readonly id: string;
  /** The encoded commit, at most `maxCommitBytes`. */
  readonly data: Uint8Array;
  /** The sequence that the log must end at for this commit to be taken. */
  readonly expectedSequence: number;
  /** Gives up waiting; the outcome is then unknown, and `append` throws AppendUndecided. */
  readonly signal?: AbortSignal;
}

export type AppendOutcome =
  | { readonly status: 'accepted'; readonly sequence: number }
  /** Another commit stands at the sequence after the expected one; the log ends at `end`. */
  | { readonly status: 'refused'; readonly end: number };

export interface Follow {
  /** The sequence of the last commit already known; 0 for all. */
  readonly after: number;
  /** Ends the following promptly and without an error. */
  readonly signal: AbortSignal;
}

/** An event with the commit it stands in. */
export interface LocatedEvent {
  readonly commit: Commit;
  readonly event: LogEvent;
}

export interface CommitLog {
  readonly identity: LogIdentity;
  /** The largest commit that the log takes, in bytes. */
  readonly maxCommitBytes: number;

  /**
   * The sequence of the newest commit, asked from the log now; 0 when it is empty.
   * With three replicas an isolated leader may answer a stale end for some seconds: whoever must not be
   * fooled takes the sequence of a commit appended after the question instead.
   */
  end(): Promise<number>;

  /** Settles only when the outcome is certain: accepted once, or refused and never to be taken. */
  append(append: Append): Promise<AppendOutcome>;

  /** The commit at a sequence, or undefined beyond the log's end. */
  read(sequence: number): Promise<Commit | undefined>;

  /** The newest commit, or undefined in an empty log. */
  last(): Promise<Commit | undefined>;

  /** The event with this resourceVersion, or undefined. */
  readEvent(version: number): Promise<LocatedEvent | undefined>;

  /**
   * Delivers each commit after `after` once, in order, as fast as they are taken; goes on by itself when NATS
   * comes back. Throws LogGapError when a commit is missing, LogReplacedError when it is another log.
   */
  follow(follow: Follow): AsyncIterable<Commit>;
}
