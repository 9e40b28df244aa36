import type { Pool, PoolClient } from 'pg';
import { withClient } from '../pool.js';
import { generationSchema } from '../schema/names.js';

/** What was taken off a generation's tables, as the statements that put it back. */
export interface TakenIndexes {
  readonly keys: readonly string[];
  readonly indexes: readonly string[];
}

const TABLES = ['versions', 'commits'];

/** Takes keys and indexes off the tables of a generation: rows go in faster, and one sort at the end is cheaper. */
export const takeIndexesOff = (pool: Pool, number: number): Promise<TakenIndexes> =>
  withClient(pool, async (client) => {
    const schema = generationSchema(number);
    const keys = await selectKeys(client, schema);
    for (const { table, name } of keys) await client.query(`ALTER TABLE ${schema}.${table} DROP CONSTRAINT ${name}`);
    const indexes = await selectIndexes(client, schema);
    for (const { name } of indexes) await client.query(`DROP INDEX ${schema}.${name}`);
    return {
      keys: keys.map(
        ({ table, name, definition }) => `ALTER TABLE ${schema}.${table} ADD CONSTRAINT ${name} ${definition}`,
      ),
      indexes: indexes.map(({ definition }) => definition),
    };
  });

/** Runs statements that build indexes, as many at once as the pool has connections. */
export const buildIndexes = async (pool: Pool, statements: readonly string[]): Promise<void> => {
  const waiting = [...statements];
  const build = async (): Promise<void> =>
    withClient(pool, async (client) => {
      await client.query(`SET maintenance_work_mem = '256MB'`);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await client.query(next);
      await client.query('RESET maintenance_work_mem');
    });
  await Promise.all(Array.from({ length: Math.min(pool.options.max, statements.length) }, build));
};

const selectKeys = async (
  client: PoolClient,
  schema: string,
): Promise<{ table: string; name: string; definition: string }[]> => {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(
    `SELECT t.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
     FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
     WHERE k.connamespace = $1::regnamespace AND k.contype IN ('p', 'u') AND t.relname = ANY ($2)`,
    [schema, TABLES],
  );
  return rows;
};

const selectIndexes = async (client: PoolClient, schema: string): Promise<{ name: string; definition: string }[]> => {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = $1 AND tablename = ANY ($2)`,
    [schema, TABLES],
  );
  return rows;
};
