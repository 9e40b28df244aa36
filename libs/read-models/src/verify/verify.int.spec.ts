import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Commit } from '@holdfast/contracts';
import { CheckpointMismatch } from '@holdfast/log';
import { startPostgres } from '@holdfast/testing';
import type { TestDatabase } from '@holdfast/testing';
import type { Pool } from 'pg';
import { openPool } from '../pool.js';
import { Projector } from '../projection/projector.js';
import { migrate } from '../schema/migrate.js';
import { LOG, rack, WrittenLog } from '../written-log.fixtures.js';
import { verify } from './verify.js';
import type { Verified, VerifyProgress } from './verify.js';

describe('verify', () => {
  let database: TestDatabase;
  let pool: Pool;
  let log: WrittenLog;
  let projector: Projector;

  beforeEach(async () => {
    database = await startPostgres();
    await migrate(database.url);
    pool = openPool({ url: database.url, name: 'spec' });
    log = new WrittenLog();
    projector = await Projector.openLive(pool, LOG);
    log.commit({ key: rack('a'), state: { spec: { n: 1 } } }, { key: rack('b'), state: {} });
    log.commit({ key: rack('a'), state: { spec: { n: 2 } } });
    await project(...log.commits);
  });

  afterEach(async () => {
    await pool?.end();
    await database?.close();
  });

  const project = async (...commits: Commit[]): Promise<void> => {
    await projector.apply(commits as [Commit, ...Commit[]]);
  };
  const verifyNow = (report: (progress: VerifyProgress) => void = () => undefined): Promise<Verified> => {
    const { signal } = new AbortController();
    return verify({ log: log.asCommitLog(), databaseUrl: database.url, signal, report });
  };
  const differences = async (): Promise<unknown[]> => {
    const verified = await verifyNow();
    expect(verified.same).toBe(false);
    return verified.tables.flatMap((table) => table.differences);
  };

  it('finds that rows are what the log says, and leaves nothing behind', async () => {
    const verified = await verifyNow();

    const [versions, commits] = verified.tables;
    expect(verified).toMatchObject({ same: true, sequence: 2 });
    expect(versions).toEqual({
      table: 'versions',
      live: versions?.replayed,
      replayed: versions?.live,
      differences: [],
    });
    expect(versions?.live).toMatchObject({ rows: 3 });
    expect(commits?.live).toMatchObject({ rows: 2 });
    expect((await pool.query('SELECT number, purpose FROM holdfast.generations')).rows).toEqual([
      { number: 1, purpose: 'live' },
    ]);
  });

  it('compares one checkpoint, whatever is projected meanwhile', async () => {
    let projecting: Promise<void> | undefined;
    const verified = await verifyNow(({ step }) => {
      // A newer state ends one that is compared, and adds rows that are not.
      if (step === 'replay') projecting ??= project(log.commit({ key: rack('a'), state: undefined }));
    });
    await projecting;

    expect(verified).toMatchObject({ same: true, sequence: 2 });
  });

  it('names a row that was changed', async () => {
    await pool.query(`UPDATE holdfast_g1.versions SET object = '{"forged": true}' WHERE version = 1025`);

    expect(await differences()).toEqual([
      { table: 'versions', key: 1025, problem: 'changed', object: 'inventory.holdfast.dev/racks/default/b' },
    ]);
  });

  it('names a state that seems to be current and is not', async () => {
    await pool.query(`UPDATE holdfast_g1.versions SET deleted = true, next = NULL WHERE version = 1024`);

    expect(await differences()).toEqual([
      { table: 'versions', key: 1024, problem: 'changed', object: 'inventory.holdfast.dev/racks/default/a' },
    ]);
  });

  it('names rows that are missing, and rows that the log does not know', async () => {
    await pool.query('DELETE FROM holdfast_g1.commits WHERE sequence = 1');
    await pool.query(`UPDATE holdfast_g1.versions SET version = 1026 WHERE version = 1025`);

    const b = 'inventory.holdfast.dev/racks/default/b';
    expect(await differences()).toEqual([
      { table: 'versions', key: 1025, problem: 'missing', object: b },
      { table: 'versions', key: 1026, problem: 'unexpected', object: b },
      { table: 'commits', key: 1, problem: 'missing', object: undefined },
    ]);
  });

  it('refuses rows of another log', async () => {
    await pool.query(`UPDATE holdfast.generations SET stream_created = '2020-02-02T02:02:02Z'`);

    await expect(verifyNow()).rejects.toThrow(CheckpointMismatch);
  });
});
