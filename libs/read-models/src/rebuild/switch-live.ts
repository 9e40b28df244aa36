import type { LogIdentity } from '@holdfast/log';
import type { Pool } from 'pg';
import { withMigrationLock } from '../schema/advisory-lock.js';
import { checkpointOf, CHECKPOINT_COLUMNS } from '../schema/generations.js';
import type { CheckpointRow } from '../schema/generations.js';
import { REGISTRY_SCHEMA } from '../schema/names.js';

export interface Switch {
  readonly pool: Pool;
  readonly log: LogIdentity;
  readonly number: number;
  /** Brings the new generation to a commit that the live one has reached. */
  readonly catchUp: (sequence: number) => Promise<void>;
}

/**
 * Makes a generation the live one, in one transaction. The live projector waits for the row that is locked here:
 * whatever readers have seen is in the new generation when they meet it. And nobody migrates the old one meanwhile.
 */
export const switchLive = ({ pool, log, number, catchUp }: Switch): Promise<void> =>
  withMigrationLock(pool, async (client) => {
    await client.query('BEGIN');
    const { rows } = await client.query<CheckpointRow>(
      `SELECT ${CHECKPOINT_COLUMNS} FROM ${REGISTRY_SCHEMA}.generations WHERE purpose = 'live' FOR UPDATE`,
    );
    const live = rows[0] && checkpointOf(rows[0]);
    // The sequences of another log say nothing about this one.
    if (live?.log?.created === log.created) await catchUp(live.sequence);
    await client.query(`UPDATE ${REGISTRY_SCHEMA}.generations SET purpose = 'retired' WHERE purpose = 'live'`);
    await client.query(`UPDATE ${REGISTRY_SCHEMA}.generations SET purpose = 'live' WHERE number = $1`, [number]);
    await client.query('COMMIT');
  });
