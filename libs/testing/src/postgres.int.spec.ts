import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { startOwnPostgres, startPostgres } from './postgres.js';
import type { TestDatabase, TestPostgres } from './postgres.js';

const one = async (url: string, sql: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ one: unknown }>(sql)).rows[0]?.one;
  } finally {
    await client.end();
  }
};

describe('the databases of a test', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startPostgres();
  });
  afterAll(async () => {
    await database?.close();
  });

  it('are empty and apart from each other on the same server', async () => {
    const other = await database.createDatabase();
    await one(database.url, 'create table mine (id int)');
    expect(await one(other, `select count(*)::int as one from pg_tables where tablename = 'mine'`)).toBe(0);
    expect(new URL(other).port).toBe(new URL(database.url).port);
  });

  it('come from the same server at the next call', async () => {
    const next = await startPostgres();
    expect(new URL(next.url).port).toBe(new URL(database.url).port);
    await next.close();
  });
});

describe('a PostgreSQL server of a test alone', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startOwnPostgres();
  });
  afterAll(async () => {
    await postgres?.close();
  });

  it('has its data again after it was killed and restarted', async () => {
    await one(postgres.databaseUrl, 'create table kept as select 7 as one');
    await one(postgres.databaseUrl, 'checkpoint');
    await postgres.kill9();
    await postgres.restart();
    expect(await one(postgres.databaseUrl, 'select one from kept')).toBe(7);
  });
});
