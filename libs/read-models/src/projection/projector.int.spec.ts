import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Commit } from '@holdfast/contracts';
import { startPostgres } from '@holdfast/testing';
import type { TestDatabase } from '@holdfast/testing';
import type { Pool } from 'pg';
import { openPool } from '../pool.js';
import { migrate } from '../schema/migrate.js';
import { LOG, rack, withVersion, WrittenLog } from '../written-log.fixtures.js';
import type { Batch } from './commit-queue.js';
import { Projector } from './projector.js';

const batchOf = (first: Commit, ...rest: Commit[]): Batch => [first, ...rest];

describe.each([
  ['that writes small batches in one statement', 64],
  ['that copies large batches', 0],
])('a projector %s', (_, eventsAtOnce) => {
  let database: TestDatabase;
  let pool: Pool;
  let log: WrittenLog;
  let projector: Projector;

  beforeEach(async () => {
    database = await startPostgres();
    await migrate(database.url);
    pool = openPool({ url: database.url, name: 'spec' });
    log = new WrittenLog();
    projector = await Projector.openLive(pool, LOG, eventsAtOnce);
  });

  afterEach(async () => {
    await pool?.end();
    await database?.close();
  });

  const intervals = async (): Promise<(number | null)[][]> => {
    const { rows } = await pool.query<{ version: number; next: number | null }>(
      'SELECT version, next FROM holdfast_g1.versions ORDER BY version',
    );
    return rows.map(({ version, next }) => [version, next]);
  };
  const checkpoint = async (): Promise<unknown> =>
    (await pool.query('SELECT stream, stream_created, sequence, boundary FROM holdfast.generations')).rows[0];

  it('makes each event a row, and each commit, with its checkpoint, visible at once', async () => {
    const commit = log.commit({
      key: rack('rack-01'),
      state: { labels: { app: 'web' }, fields: { 'spec.size': 'large' }, spec: { size: 'large' } },
    });

    expect(await projector.apply(batchOf(commit))).toBe('applied');

    const { rows } = await pool.query('SELECT * FROM holdfast_g1.versions');
    expect(rows).toEqual([
      {
        version: 1024,
        next: null,
        previous: null,
        grp: 'inventory.holdfast.dev',
        resource: 'racks',
        namespace: 'default',
        name: 'rack-01',
        uid: 'uid-inventory.holdfast.dev/racks/default/rack-01',
        type: 'created',
        time: new Date('2026-01-01T10:00:01.000Z'),
        deleted: false,
        actor: 'ada',
        field_manager: null,
        command_id: 'command-1',
        request_id: 'request-1',
        correlation_id: 'correlation-1',
        causation_id: null,
        changed: [],
        labels: { app: 'web' },
        fields: { 'spec.size': 'large' },
        object: {
          apiVersion: 'inventory.holdfast.dev/v1',
          kind: 'Rack',
          metadata: { name: 'rack-01', namespace: 'default', labels: { app: 'web' }, resourceVersion: '1024' },
          spec: { size: 'large' },
        },
      },
    ]);
    expect((await pool.query('SELECT * FROM holdfast_g1.commits')).rows).toEqual([
      { sequence: 1, time: new Date('2026-01-01T10:00:01.000Z'), boundary: 2047, epoch: 1, events: 1 },
    ]);
    expect(await checkpoint()).toEqual({
      stream: LOG.stream,
      stream_created: LOG.created,
      sequence: 1,
      boundary: 2047,
    });
  });

  it('ends a state where the next one begins: within a commit, within a batch, and across batches', async () => {
    const key = rack('rack-01');
    const first = log.commit({ key, state: { spec: { n: 1 } } }, { key, state: { spec: { n: 2 } } });
    const second = log.commit({ key, state: { spec: { n: 3 } } });
    const third = log.commit({ key, state: undefined });
    const fourth = log.commit({ key, state: { spec: { n: 4 } } });

    await projector.apply(batchOf(first, second));
    await projector.apply(batchOf(third, fourth));

    expect(await intervals()).toEqual([
      [1024, 1025],
      [1025, 2048],
      [2048, 3072],
      // The last state of the deleted object; the new object of that name begins anew.
      [3072, null],
      [4096, null],
    ]);
  });

  it('takes a commit without events: a take-over moves the checkpoint too', async () => {
    await projector.apply(batchOf(log.commit()));

    expect(projector.position).toEqual({ sequence: 1, boundary: 2047 });
    expect(await checkpoint()).toMatchObject({ sequence: 1, boundary: 2047 });
  });

  it('stores what JSON can carry, and gives it back the same', async () => {
    const spec = {
      text: 'Ünïcödé 🚀 "quoted" \\ back\tslash\u2028',
      'odd \n key': '',
      large: 9007199254740991,
      small: -9007199254740991,
      real: 1.5e-7,
      huge: 1.7976931348623157e308,
      list: [null, true, false, [], {}],
    };
    log.commit({ key: rack('poison-free'), state: { spec, labels: { 'app.example/naïve': 'ß' } } });
    await projector.apply(batchOf(log.last));

    const { rows } = await pool.query<{ object: string }>('SELECT object::text AS object FROM holdfast_g1.versions');
    expect(JSON.parse(rows[0]?.object ?? '')).toEqual(withVersion(log.states[0]!));
  });

  it('stores an object of half a megabyte as well as a small one', async () => {
    const spec = { text: 'ü'.repeat(250_000) };
    log.commit({ key: rack('large'), state: { spec } }, { key: rack('small'), state: {} });
    await projector.apply(batchOf(log.last));

    const { rows } = await pool.query<{ object: unknown }>('SELECT object FROM holdfast_g1.versions ORDER BY version');
    expect(rows.map(({ object }) => object)).toEqual(log.states.map(withVersion));
  });

  it('refuses commits that do not follow its checkpoint', async () => {
    log.commit();
    await expect(projector.apply(batchOf(log.commit()))).rejects.toThrow(
      'commit 2 does not follow the checkpoint at 0',
    );
  });

  it('applies nothing when another projector was there first: each commit happens once', async () => {
    const other = await Projector.openLive(pool, LOG, eventsAtOnce);
    const batch = batchOf(log.commit({ key: rack('rack-01'), state: {} }));

    const outcomes = await Promise.all([projector.apply(batch), other.apply(batch)]);

    expect(outcomes.sort()).toEqual(['applied', 'overtaken']);
    expect(await intervals()).toEqual([[1024, null]]);
  });

  it('applies nothing to a generation that is live no more', async () => {
    await pool.query(`UPDATE holdfast.generations SET purpose = 'retired'`);

    expect(await projector.apply(batchOf(log.commit({ key: rack('rack-01'), state: {} })))).toBe('overtaken');
    expect(await intervals()).toEqual([]);
  });

  it('applies nothing under the checkpoint of another log', async () => {
    const other = await Projector.openLive(pool, LOG, eventsAtOnce);
    await pool.query(`UPDATE holdfast.generations SET stream_created = '2020-02-02T00:00:00Z'`);

    expect(await other.apply(batchOf(log.commit()))).toBe('overtaken');
  });

  it('leaves rows and checkpoint as they were when the connection breaks before the commit', async () => {
    const key = rack('rack-01');
    await projector.apply(batchOf(log.commit({ key, state: {} })));
    // A lock on the table holds the transaction between its checkpoint and its rows, and there its backend dies.
    const holder = await pool.connect();
    await holder.query('BEGIN; LOCK TABLE holdfast_g1.versions IN SHARE MODE');
    const batch = batchOf(log.commit({ key, state: { spec: { n: 2 } } }));
    const applying = projector.apply(batch);
    applying.catch(() => undefined);
    await killBlockedBackend(pool);
    await expect(applying).rejects.toThrow();
    await holder.query('ROLLBACK');
    holder.release();

    expect(await checkpoint()).toMatchObject({ sequence: 1 });
    expect(await intervals()).toEqual([[1024, null]]);
    expect(await projector.apply(batch)).toBe('applied');
    expect(await intervals()).toEqual([
      [1024, 2048],
      [2048, null],
    ]);
  });

  it('finds out after a restart that a commit went through whose answer was lost', async () => {
    const batch = batchOf(log.commit({ key: rack('rack-01'), state: {} }));
    await projector.apply(batch);

    const restarted = await Projector.openLive(pool, LOG, eventsAtOnce);

    expect(restarted.position).toEqual({ sequence: 1, boundary: 2047 });
    await expect(restarted.apply(batch)).rejects.toThrow('commit 1 does not follow the checkpoint at 1');
  });
});

const killBlockedBackend = async (pool: Pool): Promise<void> => {
  for (;;) {
    const { rowCount } = await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rowCount === 1) return;
  }
};
