import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { openPool } from '../pool.js';
import { withMigrationLock } from './advisory-lock.js';
import type { GenerationPurpose } from './generation.entity.js';
import { generationSchema, REGISTRY_SCHEMA } from './names.js';

/**
 * Brings the database to the schema of this build: the registry, and one live generation (an empty one at first).
 * Any number of processes may do so at once.
 */
export const migrate = async (url: string): Promise<void> => {
  const pool = openPool({ url, name: 'holdfast-migrate', size: 1 });
  try {
    await withMigrationLock(pool, (client) => bringUpToDate(client, url));
  } finally {
    await pool.end();
  }
};

const bringUpToDate = async (client: PoolClient, url: string): Promise<void> => {
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${REGISTRY_SCHEMA}`);
  await runMigrations((await dataSources()).registryDataSource(url));
  const live = await liveNumber(client);
  if (live !== undefined) return runMigrations((await dataSources()).generationDataSource(url, live));
  const number = await makeGeneration(client, url, 'building');
  await client.query(`UPDATE ${REGISTRY_SCHEMA}.generations SET purpose = 'live' WHERE number = $1`, [number]);
};

const liveNumber = async (client: PoolClient): Promise<number | undefined> => {
  const { rows } = await client.query<{ number: number }>(
    `SELECT number FROM ${REGISTRY_SCHEMA}.generations WHERE purpose = 'live'`,
  );
  return rows[0]?.number;
};

/** Makes the empty tables of a new generation and answers its number. */
export const createGeneration = async (
  pool: Pool,
  url: string,
  purpose: Exclude<GenerationPurpose, 'live'>,
): Promise<number> => withMigrationLock(pool, (client) => makeGeneration(client, url, purpose));

const makeGeneration = async (client: PoolClient, url: string, purpose: GenerationPurpose): Promise<number> => {
  // Registered before it exists: whatever a crash leaves behind is found and dropped.
  const { rows } = await client.query<{ number: number }>(
    `INSERT INTO ${REGISTRY_SCHEMA}.generations (number, purpose)
     SELECT coalesce(max(number), 0) + 1, $1 FROM ${REGISTRY_SCHEMA}.generations
     RETURNING number`,
    [purpose],
  );
  const { number } = rows[0] as { number: number };
  await client.query(`DROP SCHEMA IF EXISTS ${generationSchema(number)} CASCADE`);
  await client.query(`CREATE SCHEMA ${generationSchema(number)}`);
  await runMigrations((await dataSources()).generationDataSource(url, number));
  return number;
};

/** Loaded on first use: most processes only read, and TypeORM costs them a third of a second and 8 MB. */
const dataSources = () => import('./data-sources.js');

const runMigrations = async (source: DataSource): Promise<void> => {
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
};
