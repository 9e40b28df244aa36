import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Commit } from '@holdfast/contracts';
import { startPostgres } from '@holdfast/testing';
import type { TestDatabase } from '@holdfast/testing';
import type { Pool } from 'pg';
import { openPool } from './pool.js';
import { Projector } from './projection/projector.js';
import { ReadModels } from './read-models.js';
import { ReadModelsMissing } from './schema/generations.js';
import { migrate } from './schema/migrate.js';
import { LOG, rack, withVersion, WrittenLog } from './written-log.fixtures.js';

describe('read models', () => {
  let database: TestDatabase;
  let pool: Pool;
  let log: WrittenLog;
  let models: ReadModels;
  const key = rack('rack-01');

  beforeEach(async () => {
    database = await startPostgres();
    await migrate(database.url);
    pool = openPool({ url: database.url, name: 'spec' });
    models = new ReadModels(pool);
    log = new WrittenLog();
    log.commit({ key: rack('another'), state: {} }, { key, state: { spec: { n: 1 } } });
    log.commit({ key, state: { spec: { n: 2 } } });
    log.commit({ key, state: undefined });
    log.commit({ key, state: { spec: { n: 3 } } });
    const projector = await Projector.openLive(pool, LOG);
    await projector.apply(log.commits as [Commit, ...Commit[]]);
  });

  afterEach(async () => {
    await pool?.end();
    await database?.close();
  });

  const object = (index: number): unknown => withVersion(log.states[index]!);
  const stateAt = async (version: number): Promise<unknown> => {
    const state = await models.objectAt(key, version);
    return state && { ...state, object: JSON.parse(state.object) as unknown };
  };

  it('say how far they reach', async () => {
    expect(await models.checkpoint()).toEqual({ log: LOG, sequence: 4, boundary: 5119 });
  });

  it('say that they are missing where nobody has migrated, or where they were dropped', async () => {
    const empty = openPool({ url: await database.createDatabase(), name: 'spec' });
    await expect(new ReadModels(empty).checkpoint()).rejects.toThrow(ReadModelsMissing);
    await empty.end();
    await pool.query('DROP SCHEMA holdfast CASCADE');
    await expect(models.objectAt(key, 9_999)).rejects.toThrow(ReadModelsMissing);
  });

  it('show an object as it was at a version', async () => {
    expect(await stateAt(1_024)).toBeUndefined();
    expect(await stateAt(1_025)).toEqual({ version: 1_025, deleted: false, object: object(1) });
    expect(await stateAt(2_047)).toEqual({ version: 1_025, deleted: false, object: object(1) });
    expect(await stateAt(2_048)).toEqual({ version: 2_048, deleted: false, object: object(2) });
    expect(await stateAt(3_500)).toEqual({ version: 3_072, deleted: true, object: object(3) });
    expect(await stateAt(9_999)).toEqual({ version: 4_096, deleted: false, object: object(4) });
  });

  it('translate a moment of the log into a version', async () => {
    expect(await models.versionAtTime(new Date('2026-01-01T09:00:00Z'))).toBeUndefined();
    expect(await models.versionAtTime(new Date('2026-01-01T10:00:02.000Z'))).toBe(3_071);
    expect(await models.versionAtTime(new Date('2026-01-01T10:00:02.999Z'))).toBe(3_071);
    expect(await models.versionAtTime(new Date('2030-01-01T00:00:00Z'))).toBe(5_119);
  });

  it('tell the history of an object, newest first, each entry with the state before it', async () => {
    const { entries, more, boundary } = await models.history({ key, limit: 10 });

    expect({ more, boundary }).toEqual({ more: false, boundary: 5119 });
    expect(
      entries.map(({ version, type, object: after, previousObject }) => ({
        version,
        type,
        object: JSON.parse(after) as unknown,
        previousObject: previousObject === undefined ? undefined : (JSON.parse(previousObject) as unknown),
      })),
    ).toEqual([
      { version: 4_096, type: 'created', object: object(4), previousObject: undefined },
      { version: 3_072, type: 'deleted', object: object(3), previousObject: object(2) },
      { version: 2_048, type: 'specChanged', object: object(2), previousObject: object(1) },
      { version: 1_025, type: 'created', object: object(1), previousObject: undefined },
    ]);
    expect(entries[2]).toMatchObject({
      time: new Date('2026-01-01T10:00:02.000Z'),
      actor: 'ada',
      fieldManager: 'kubectl',
      requestID: 'request-2',
      correlationID: 'correlation-2',
      causationID: 'cause',
      changed: ['/spec'],
    });
  });

  it('tell a long history in pages', async () => {
    const first = await models.history({ key, limit: 3 });
    expect(first.entries.map(({ version }) => version)).toEqual([4_096, 3_072, 2_048]);
    expect(first.more).toBe(true);

    const second = await models.history({ key, limit: 3, before: 2_048 });
    expect(second.entries.map(({ version }) => version)).toEqual([1_025]);
    expect(second.more).toBe(false);
  });
});
