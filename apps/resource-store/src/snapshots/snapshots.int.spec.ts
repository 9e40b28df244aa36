import { connectNats } from '@holdfast/nest-platform';
import { startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NatsConnection } from '@nats-io/transport-node';

import { catchUp } from '../lead/catch-up.js';
import { StoreState } from '../state/store-state.js';
import { configMap, TransactorWorld } from '../transactor/transactor.fixtures.js';
import { restoreState } from './restore-state.js';
import type { Restored } from './restore-state.js';
import { SnapshotBucket } from './snapshot-bucket.js';
import { SnapshotWriter } from './snapshot-writer.js';
import { takeSnapshot } from './take-snapshot.js';

let nats: TestNats;
let nc: NatsConnection;
let bucket: SnapshotBucket;
let world: TransactorWorld;
let warnings: string[];

beforeAll(async () => {
  nats = await startNats({ secure: true });
  nc = await connectNats({ url: nats.url('store'), name: 'test' });
});
afterAll(async () => {
  await nc?.close();
  await nats?.close();
});
beforeEach(async () => {
  bucket = await SnapshotBucket.open(nc, 1);
  for (const folder of await bucket.complete()) await bucket.remove(folder);
  world = await TransactorWorld.create();
  warnings = [];
});

const write = async (...names: string[]): Promise<void> => {
  await Promise.all(names.map((name) => world.create(configMap(name), { id: `command-of-${name}`, key: name })));
};
const take = (): Promise<void> =>
  takeSnapshot(world.state, world.log.identity, (sequence) => new SnapshotWriter(bucket, sequence));
const restore = (): Promise<Restored> =>
  restoreState({
    bucket,
    log: world.log.identity,
    end: world.log.commits.length,
    unusable: (_, problem) => warnings.push(problem),
  });
/** The state that a start would come to. */
const started = async (): Promise<StoreState> => {
  const { state } = await restore();
  await catchUp({ log: world.log, state, end: world.log.commits.length, signal: new AbortController().signal });
  return state;
};
const contents = (state: StoreState): unknown => ({
  position: state.position,
  objects: [...state.table.all()].map(({ text, version, bytes }) => [text, version, bytes.toString()]).sort(),
  commands: [...state.commands.all()].map(({ id, version }) => `${id} ${version}`).sort(),
  idempotency: [...state.idempotency.all()],
});

describe('a snapshot', () => {
  it('and the rest of the log give the state that the whole log gives', async () => {
    await write('a', 'b', 'c');
    await take();
    await world.update(configMap('a', { color: 'blue' }));
    await write('d');

    const state = await started();

    expect((await restore()).state.sequence).toBe(3);
    expect(contents(state)).toEqual(contents(world.state));
    expect(warnings).toEqual([]);
  });

  it('may be taken while the state goes on', async () => {
    await write('a', 'b', 'c');
    await takeSnapshot(world.state, world.log.identity, (sequence) => {
      const writer = new SnapshotWriter(bucket, sequence);
      return {
        add: async (piece) => {
          await write('d');
          await world.ask({ verb: 'delete', target: { ...TARGET, name: 'a' } });
          await writer.add(piece);
        },
        finish: (manifest) => writer.finish(manifest),
      };
    });

    const { through } = await restore();

    expect(through).toBe(world.state.sequence);
    expect(contents(await started())).toEqual(contents(world.state));
  });

  it('that is damaged is left aside for the one before it', async () => {
    await write('a');
    await take();
    await write('b');
    await take();
    const [newest = '', older = ''] = await bucket.complete();
    await bucket.write(`${newest}/000000`, Buffer.from('something else'));

    const { state } = await restore();

    expect(state.sequence).toBe(Number(older.split('-')[0]));
    expect(warnings).toEqual([`${newest}/000000 is not what was written`]);
    expect(contents(await started())).toEqual(contents(world.state));
  });

  it('without a manifest is none', async () => {
    await write('a');
    const writer = new SnapshotWriter(bucket, world.state.sequence);
    await writer.add(Buffer.alloc(9 * 1024 * 1024));

    expect((await restore()).state.sequence).toBe(0);
  });

  it('of another log, or from beyond the end of this one, is not used', async () => {
    await write('a');
    await take();
    const other = { ...world.log.identity, created: '2020-01-01T00:00:00Z' };
    const options = { bucket, unusable: (_: string, problem: string) => void warnings.push(problem) };

    const elsewhere = await restoreState({ ...options, log: other, end: 100 });
    const shortened = await restoreState({ ...options, log: world.log.identity, end: 2 });

    expect([elsewhere.state.sequence, shortened.state.sequence]).toEqual([0, 0]);
    expect(warnings).toEqual([
      'it is of stream HOLDFAST_LOG created 2026-01-01T10:00:00Z',
      'it reaches to sequence 3, the log ends at 2',
    ]);
  });

  it('makes room for newer ones: two are kept', async () => {
    for (const name of ['a', 'b', 'c']) {
      await write(name);
      await take();
    }

    expect((await bucket.complete()).map((folder) => Number(folder.split('-')[0]))).toEqual([5, 4]);
  });
});

const TARGET = { group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: '' } as const;
