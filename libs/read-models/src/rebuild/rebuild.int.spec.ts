import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Commit } from '@holdfast/contracts';
import { startPostgres } from '@holdfast/testing';
import type { TestDatabase } from '@holdfast/testing';
import type { Pool } from 'pg';
import { openPool } from '../pool.js';
import { Projector } from '../projection/projector.js';
import type { Applied } from '../projection/projector.js';
import { ReadModels } from '../read-models.js';
import { MaintenanceRunning, withMaintenanceLock } from '../schema/advisory-lock.js';
import { migrate } from '../schema/migrate.js';
import { LOG, rack, WrittenLog } from '../written-log.fixtures.js';
import { rebuild } from './rebuild.js';
import type { Rebuilt, RebuildProgress } from './rebuild.js';

describe('a rebuild', () => {
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
  });

  afterEach(async () => {
    await pool?.end();
    await database?.close();
  });

  const project = (...commits: Commit[]): Promise<Applied> => projector.apply(commits as [Commit, ...Commit[]]);
  const rebuildNow = (
    report: (progress: RebuildProgress) => void = () => undefined,
    signal = new AbortController().signal,
  ): Promise<Rebuilt> => rebuild({ log: log.asCommitLog(), databaseUrl: database.url, signal, report });
  const rowsOf = async (generation: number, table: 'versions' | 'commits'): Promise<unknown[]> =>
    (await pool.query<object>(`SELECT * FROM holdfast_g${generation}.${table} ORDER BY 1`)).rows;
  const generations = async (): Promise<unknown[]> =>
    (await pool.query<object>('SELECT number, purpose, sequence FROM holdfast.generations ORDER BY number')).rows;
  const indexesOf = async (generation: number): Promise<string[]> => {
    const { rows } = await pool.query<{ indexdef: string }>(
      'SELECT indexdef FROM pg_indexes WHERE schemaname = $1 ORDER BY indexname',
      [`holdfast_g${generation}`],
    );
    return rows.map(({ indexdef }) => indexdef.replaceAll(`holdfast_g${generation}`, 'generation'));
  };
  const someHistory = (): void => {
    log.commit({ key: rack('a'), state: { labels: { app: 'web' }, spec: { n: 1 } } }, { key: rack('b'), state: {} });
    log.commit({ key: rack('a'), state: { spec: { n: 2 } } });
    log.commit();
    log.commit({ key: rack('b'), state: undefined });
  };

  it('makes the same rows and indexes in a new generation, and drops the old one', async () => {
    someHistory();
    await project(...log.commits);
    const [versions, commits, indexes] = [await rowsOf(1, 'versions'), await rowsOf(1, 'commits'), await indexesOf(1)];

    const rebuilt = await rebuildNow();

    expect(rebuilt).toMatchObject({ generation: 2, sequence: 4, events: 4 });
    expect(await generations()).toEqual([{ number: 2, purpose: 'live', sequence: 4 }]);
    expect(await rowsOf(2, 'versions')).toEqual(versions);
    expect(await rowsOf(2, 'commits')).toEqual(commits);
    expect(await indexesOf(2)).toEqual(indexes);
    await expect(rowsOf(1, 'versions')).rejects.toThrow('does not exist');
  });

  it('ends states across its batches as the projector does', async () => {
    const keys = Array.from({ length: 500 }, (_, i) => rack(`rack-${i}`));
    for (let n = 0; n < 19; n++) log.commit(...keys.map((key) => ({ key, state: { spec: { n } } })));
    const intervals = async (generation: number): Promise<unknown> => {
      const { rows } = await pool.query<{ text: string }>(
        `SELECT string_agg(concat(version, '-', next), ' ' ORDER BY version) AS text FROM holdfast_g${generation}.versions`,
      );
      return rows[0]?.text;
    };
    for (const commit of log.commits) await project(commit);
    const projected = await intervals(1);

    await rebuildNow();

    expect(await intervals(2)).toBe(projected);
  });

  it('of an empty log is an empty generation', async () => {
    await rebuildNow();

    expect(await generations()).toEqual([{ number: 2, purpose: 'live', sequence: 0 }]);
    expect(await new ReadModels(pool).checkpoint()).toEqual({ log: LOG, sequence: 0, boundary: 0 });
  });

  it('has what was projected meanwhile when it becomes live, and its projector finds itself overtaken', async () => {
    someHistory();
    await project(...log.commits);
    const models = new ReadModels(pool);
    let projecting: Promise<Applied> | undefined;

    await rebuildNow(({ step }) => {
      if (step === 'index') projecting = project(log.commit({ key: rack('late'), state: {} }));
    });
    await projecting;

    expect(await models.checkpoint()).toMatchObject({ sequence: 5 });
    expect(await models.objectAt(rack('late'), log.last.boundary)).toMatchObject({ deleted: false });
    expect(await project(log.commit({ key: rack('later'), state: {} }))).toBe('overtaken');
  });

  it('that is interrupted leaves the live rows as they are, and nothing of itself', async () => {
    someHistory();
    await project(...log.commits);
    const stopping = new AbortController();

    const rebuilding = rebuildNow(({ step }) => {
      if (step === 'catch-up') stopping.abort(new Error('stopped by hand'));
      log.commit({ key: rack(`while ${step}`), state: {} });
    }, stopping.signal);

    await expect(rebuilding).rejects.toThrow('stopped by hand');
    expect(await generations()).toEqual([{ number: 1, purpose: 'live', sequence: 4 }]);
    expect(await rowsOf(1, 'versions')).toHaveLength(4);
  });

  it('that died leaves the live rows as they are, and the next one clears up after it', async () => {
    someHistory();
    await project(...log.commits);
    const rebuilding = rebuildNow(({ step }) => {
      if (step === 'index') throw new Error('died');
    });
    await expect(rebuilding).rejects.toThrow('died');
    await pool.query(`INSERT INTO holdfast.generations (number, purpose) VALUES (7, 'building')`);
    await pool.query('CREATE SCHEMA holdfast_g7; CREATE TABLE holdfast_g7.versions ()');
    expect(await rowsOf(1, 'versions')).toHaveLength(4);

    const { generation } = await rebuildNow();

    expect(await generations()).toEqual([{ number: generation, purpose: 'live', sequence: 4 }]);
    const { rows } = await pool.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'holdfast\\_g%'`);
    expect(rows).toEqual([{ nspname: `holdfast_g${generation}` }]);
  });

  it('is refused while another one runs', async () => {
    await withMaintenanceLock(pool, async () => {
      await expect(rebuildNow()).rejects.toThrow(MaintenanceRunning);
    });
  });

  it('cures a checkpoint of another log', async () => {
    await pool.query(`UPDATE holdfast.generations SET stream_created = '2020-02-02T02:02:02Z', sequence = 900`);
    someHistory();

    await rebuildNow();

    expect(await new ReadModels(pool).checkpoint()).toMatchObject({ log: LOG, sequence: 4 });
  });
});
