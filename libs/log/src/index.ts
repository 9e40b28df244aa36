export type { Append, AppendOutcome, CommitLog, Follow, LocatedEvent, LogIdentity } from './commit-log.js';
