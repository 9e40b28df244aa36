import type { LogIdentity } from './commit-log.js';
import { CheckpointMismatch } from './errors.js';

/** How far somebody has come, and in which log. */
export interface Checkpoint extends LogIdentity {
  readonly sequence: number;
}

/** Throws CheckpointMismatch when the checkpoint is of another log, or beyond the log's end. */
export const checkPosition = (identity: LogIdentity, end: number, checkpoint: Checkpoint): void => {
  const { stream, created, sequence } = checkpoint;
  if (stream !== identity.stream || created !== identity.created) {
    throw new CheckpointMismatch(
      `the checkpoint is of stream ${stream} created ${created}, ` +
        `the log is stream ${identity.stream} created ${identity.created}: rebuild from this log`,
    );
  }
  if (sequence > end) {
    throw new CheckpointMismatch(
      `the checkpoint stands at sequence ${sequence}, the log ends at ${end}: the log lost its tail`,
    );
  }
};
