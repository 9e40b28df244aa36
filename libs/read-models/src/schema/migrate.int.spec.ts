import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres } from '@holdfast/testing';
import type { TestDatabase } from '@holdfast/testing';
import type { Pool } from 'pg';
import { openPool } from '../pool.js';
import { generationDataSource, registryDataSource } from './data-sources.js';
import { migrate } from './migrate.js';

describe('migrations', () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await startPostgres();
    pool = openPool({ url: database.url, name: 'spec' });
  });

  afterAll(async () => {
    await pool?.end();
    await database?.close();
  });

  it('make one live generation, however many processes start at once, and however often', async () => {
    await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    await migrate(database.url);

    const { rows } = await pool.query('SELECT * FROM holdfast.generations');
    expect(rows).toEqual([
      { number: 1, purpose: 'live', stream: null, stream_created: null, sequence: 0, boundary: 0 },
    ]);
  });

  it.each([
    ['registry', () => registryDataSource(database.url)],
    ['generation', () => generationDataSource(database.url, 1)],
  ])('leave nothing that the entities of the %s would change', async (_name, open) => {
    const source = await open().initialize();
    try {
      const drift = await source.driver.createSchemaBuilder().log();
      expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await source.destroy();
    }
  });
});
