import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeCommit, encodeCommit, encodeObject, versionAt } from '@holdfast/contracts';
import type { Commit, EventType } from '@holdfast/contracts';
import { startPostgres } from '@holdfast/testing';
import type { TestDatabase } from '@holdfast/testing';
import type { Pool } from 'pg';
import { openPool } from '../pool.js';
import { Projector } from '../projection/projector.js';
import { ReadModels } from '../read-models.js';
import { migrate } from '../schema/migrate.js';
import { LOG, rack } from '../written-log.fixtures.js';

interface Story {
  readonly name: string;
  readonly type?: EventType;
  readonly uid?: string;
  readonly because?: number | string;
  readonly previous?: number;
}

/** A commit of one command with one event. */
const commit = (sequence: number, { name, type = 'created', uid = name, because, previous }: Story): Commit => {
  const time = new Date(Date.parse('2026-01-01T10:00:00Z') + sequence * 1_000);
  const command = {
    id: `command-${sequence}`,
    events: 1,
    actor: because === undefined ? 'ada' : 'system:controller:rack',
    requestID: `request-${sequence}`,
    correlationID: 'story',
    ...(because === undefined ? {} : { causationID: String(because) }),
  };
  const record = { ...rack(name), type, uid, kind: 'Rack', apiVersion: 'v1', changed: ['/spec'] };
  const object = encodeObject({ apiVersion: 'inventory.holdfast.dev/v1', kind: 'Rack', metadata: { name } });
  const header = { schema: 1, id: `c-${sequence}`, epoch: 1, instance: 's', time: time.toISOString() } as const;
  const event = { record: previous === undefined ? record : { ...record, previous }, object };
  return decodeCommit(encodeCommit({ ...header, commands: [command] }, [event]), sequence, time.getTime());
};

describe('the causes of changes', () => {
  let database: TestDatabase;
  let pool: Pool;
  let models: ReadModels;

  const tell = async (...stories: readonly Story[]): Promise<void> => {
    const projector = await Projector.openLive(pool, LOG);
    await projector.apply(stories.map((story, i) => commit(i + 1, story)) as [Commit, ...Commit[]]);
  };
  const at = (sequence: number): number => versionAt(sequence, 0);
  const versionsOf = (changes: readonly { readonly version: number }[]): number[] =>
    changes.map(({ version }) => version / 1_024);

  beforeEach(async () => {
    database = await startPostgres();
    await migrate(database.url);
    pool = openPool({ url: database.url, name: 'spec' });
    models = new ReadModels(pool);
  });
  afterEach(async () => {
    await pool?.end();
    await database?.close();
  });

  it('are told back to the first, with who and when', async () => {
    await tell({ name: 'template' }, { name: 'rack', because: at(1) }, { name: 'blade', because: at(2) });

    const { asked, causes, boundary } = await models.causes({ of: rack('blade'), limit: 10 });

    expect(versionsOf(asked)).toEqual([3]);
    expect(versionsOf(causes)).toEqual([2, 1]);
    expect(boundary).toBe(4_095);
    expect(causes[1]).toEqual({
      version: at(1),
      time: new Date('2026-01-01T10:00:01Z'),
      type: 'created',
      key: rack('template'),
      uid: 'template',
      apiVersion: 'inventory.holdfast.dev/v1',
      kind: 'Rack',
      actor: 'ada',
      fieldManager: undefined,
      requestID: 'request-1',
      correlationID: 'story',
      causationID: undefined,
      changed: ['/spec'],
    });
  });

  it('are found for any changes at once, each once', async () => {
    await tell({ name: 'template' }, { name: 'a', because: at(1) }, { name: 'b', because: at(1) });

    const { asked, causes } = await models.causes({ versions: [at(2), at(3), at(99)] });

    expect([versionsOf(asked), versionsOf(causes)]).toEqual([[3, 2], [1]]);
    expect(await models.causes({ versions: [] })).toMatchObject({ asked: [], causes: [] });
  });

  it('are those of the last object that had the name, also once it is gone', async () => {
    await tell(
      { name: 'blade', uid: 'first' },
      { name: 'blade', uid: 'first', type: 'deleted', previous: at(1) },
      { name: 'blade', uid: 'second' },
      { name: 'blade', uid: 'second', type: 'deleted', previous: at(3) },
    );
    expect(versionsOf((await models.causes({ of: rack('blade'), limit: 10 })).asked)).toEqual([4, 3]);
    expect(versionsOf((await models.causes({ of: rack('blade'), limit: 1 })).asked)).toEqual([4]);
  });

  it('are none where an id is no version, or names what is not older', async () => {
    await tell(
      { name: 'a', because: 'a whim' },
      { name: 'b', because: at(3) },
      { name: 'c', because: at(2) },
      { name: 'd', because: at(4) },
      { name: 'e', because: '9'.repeat(30) },
    );
    const causesOf = async (name: string): Promise<number[]> =>
      versionsOf((await models.causes({ of: rack(name), limit: 10 })).causes);
    expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(causesOf))).toEqual([[], [], [2], [], []]);
  });

  it('end after 32 steps', async () => {
    const chain = Array.from({ length: 40 }, (_, i) => ({ name: `r-${i}`, ...(i === 0 ? {} : { because: at(i) }) }));
    await tell(...chain);
    expect((await models.causes({ of: rack('r-39'), limit: 10 })).causes).toHaveLength(32);
  });
});
