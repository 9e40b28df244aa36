import type { Pool } from 'pg';
import { withClient } from '../pool.js';
import { generationSchema, REGISTRY_SCHEMA } from './names.js';

/** Drops every generation that is not live: what was replaced, and what an interrupted rebuild or verify left. */
export const dropOthers = async (pool: Pool): Promise<readonly number[]> => {
  const { rows } = await pool.query<{ number: number }>(
    `SELECT number FROM ${REGISTRY_SCHEMA}.generations WHERE purpose <> 'live' ORDER BY number`,
  );
  for (const { number } of rows) await dropGeneration(pool, number);
  return rows.map(({ number }) => number);
};

const dropGeneration = (pool: Pool, number: number): Promise<void> =>
  withClient(pool, async (client) => {
    await client.query('BEGIN');
    await client.query(`DROP SCHEMA IF EXISTS ${generationSchema(number)} CASCADE`);
    await client.query(`DELETE FROM ${REGISTRY_SCHEMA}.generations WHERE number = $1 AND purpose <> 'live'`, [number]);
    await client.query('COMMIT');
  });
