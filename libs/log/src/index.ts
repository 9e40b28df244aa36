export { checkPosition } from './check-position.js';
export type { Checkpoint } from './check-position.js';
export type { SyncCheck } from './boot-checks.js';
export type { Append, AppendOutcome, CommitLog, Follow, LocatedEvent, LogIdentity } from './commit-log.js';
export {
  AppendUndecided,
  CheckpointMismatch,
  LogGapError,
  LogReplacedError,
  LogUnavailableError,
  LogUnfitError,
} from './errors.js';
export { JetStreamCommitLog } from './jetstream-commit-log.js';
export type { OpenOptions } from './jetstream-commit-log.js';
export { Link } from './link.js';
export { Requests } from './requests.js';
export { logStreamConfig } from './stream-config.js';
export type { Replicas } from './stream-config.js';
