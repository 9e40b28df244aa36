/** A commit on its way: it collects events, is sent, and becomes part of the log as it stands. */
import { boundaryOf, COMMIT_SCHEMA_VERSION } from '@holdfast/contracts';
import type { CommandRecord, Commit, CommitHeader, LogEvent } from '@holdfast/contracts';

export type CommandIdentity = Omit<CommandRecord, 'events'>;

export class PendingCommit {
  readonly events: LogEvent[] = [];
  readonly commands: CommandRecord[] = [];
  /** About how many bytes it has collected. */
  bytes = 0;
  /** Takes nothing more. */
  closed = false;
  /** It was given to the log. */
  sent = false;

  constructor(
    readonly sequence: number,
    readonly base: number,
  ) {}
}

/** Who sends a commit, and when. */
export type CommitStamp = Pick<CommitHeader, 'id' | 'epoch' | 'instance' | 'time'>;

export const headerOf = ({ base, commands }: PendingCommit, stamp: CommitStamp): CommitHeader => ({
  schema: COMMIT_SCHEMA_VERSION,
  ...stamp,
  ...(base === 0 ? {} : { base }),
  commands,
});

/** The commit as the log will give it back. */
export const acknowledgedCommit = (commit: PendingCommit, header: CommitHeader, timestamp: number): Commit => ({
  header,
  sequence: commit.sequence,
  timestamp,
  boundary: boundaryOf(commit.sequence, commit.base),
  events: commit.events,
});
