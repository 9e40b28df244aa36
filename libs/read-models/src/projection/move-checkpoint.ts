import type { LogIdentity } from '@holdfast/log';
import type { GenerationPurpose } from '../schema/generation.entity.js';
import { REGISTRY_SCHEMA } from '../schema/names.js';

export interface CheckpointMove {
  readonly number: number;
  readonly purpose: GenerationPurpose;
  readonly log: LogIdentity;
  /** Where the checkpoint was left. */
  readonly after: number;
  readonly to: number;
  readonly boundary: number;
}

/** Compare-and-set; the row stays locked until the transaction ends, so a second projector waits and then misses. */
export const MOVE_CHECKPOINT = `
  UPDATE ${REGISTRY_SCHEMA}.generations
  SET sequence = $6, boundary = $7
  WHERE number = $1 AND purpose = $2 AND stream = $3 AND stream_created = $4 AND sequence = $5`;

export const valuesOfMove = ({ number, purpose, log, after, to, boundary }: CheckpointMove): unknown[] => [
  number,
  purpose,
  log.stream,
  log.created,
  after,
  to,
  boundary,
];
