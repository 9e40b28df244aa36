import { describe, expect, it } from '@jest/globals';

import { ObjectCache, RunTimeout } from '@holdfast/reconcile';
import type { Outcome, Run } from '@holdfast/reconcile';

import type { WorkerCall, WorkerReply } from './worker-calls.js';
import { workerReconciler } from './worker-reconciler.js';
import { acceptedReconciler, CONFIG_MAPS, GREETINGS, PHRASES, stateOf } from './workers.fixtures.js';

const world = stateOf(GREETINGS, 'world', { spec: { phraseName: 'hello' } });

/** A reconciler whose worker answers so, and what was asked and noticed. */
const given = ({
  reply,
  maxBytes = 1_000_000,
  spec = {},
}: {
  reply: WorkerReply;
  maxBytes?: number;
  spec?: object;
}) => {
  const asked: WorkerCall[] = [];
  const noticed: string[] = [];
  const definition = workerReconciler({
    reconciler: acceptedReconciler(spec),
    calls: {
      maxBytes,
      call: (call) => {
        asked.push(call);
        return Promise.resolve(reply);
      },
    },
    noticed: (key, found) => noticed.push(`${key} ${found}`),
  });
  const read = new ObjectCache();
  read.put(world);
  const reconcile = (more: Partial<Run> = {}): Promise<Outcome> => definition.reconcile({ ...run, read, ...more });
  return { asked, noticed, definition, read, reconcile };
};
const forbidden = (): never => {
  throw new Error('nothing is to be written');
};
const run: Omit<Run, 'read'> = {
  id: 'run-1',
  controller: 'greeting',
  key: world.key,
  reason: 'Change',
  cause: undefined,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  attempt: 0,
  fence: undefined,
  now: new Date('2026-01-01T10:00:00Z'),
  signal: new AbortController().signal,
  write: { create: forbidden, patch: forbidden, updateStatus: forbidden, delete: forbidden, finalize: forbidden },
};
const answer = (value: object): WorkerReply => ({ kind: 'answer', data: Buffer.from(JSON.stringify(value)) });

describe('a reconciler whose work a worker does', () => {
  it('has as much time as its worker, and then some for what follows', async () => {
    const { asked, reconcile, definition } = given({ reply: answer({ outcome: { kind: 'done' } }) });
    expect(await reconcile()).toEqual({ kind: 'done' });
    expect(asked).toMatchObject([{ controller: 'greeting', run: 'run-1', timeoutMs: 5_000 }]);
    expect(definition).toMatchObject({ concurrency: 4, timeoutMs: 35_000, backoff: { baseMs: 10, capMs: 1_000 } });
    const call = JSON.parse(Buffer.from(asked[0]?.body ?? []).toString()) as { readonly deadline: string };
    expect(call.deadline).toBe('2026-01-01T10:00:05.000Z');
  });

  it('waits where no worker is, and remembers the key for when one comes', async () => {
    const { noticed, reconcile } = given({ reply: { kind: 'noWorker' } });
    expect(await reconcile()).toEqual({
      kind: 'waiting',
      reason: 'NoWorker',
      message: 'no worker listens on hf.reconcile.greeting',
      ms: 5_000,
    });
    expect(noticed).toEqual(['examples.holdfast.dev/greetings/default/world noWorker']);
  });

  describe('where no worker is, while everything is only looked at again', () => {
    const said = (condition: object, generation = 1): typeof world => ({
      ...world,
      version: world.version + 1,
      object: {
        ...world.object,
        status: { conditions: [{ type: 'Ready', observedGeneration: generation, ...condition }] },
      },
    });
    const greeted = { status: 'True', reason: 'Greeted', message: 'Hello' };
    const looked = (state: typeof world) => {
      const { read, reconcile } = given({ reply: { kind: 'noWorker' } });
      read.put(state);
      return reconcile;
    };
    const again = { kind: 'after', reason: 'Greeted', message: 'Hello', ms: 5_000 };

    it('says again what was said of the object, and looks for a worker again', async () => {
      const look = looked(said(greeted));
      expect(await look({ reason: 'Resync' })).toEqual(again);
      expect(await look({ reason: 'Requeue' })).toEqual(again);
      expect(await looked(said({ ...greeted, status: 'False' }))({ reason: 'Resync' })).toEqual({
        ...again,
        kind: 'waiting',
      });
    });

    it.each<[string, typeof world]>([
      ['nothing was said yet', world],
      ['it was said of another declaration', said(greeted, 0)],
    ])('says so when %s', async (_, state) => {
      expect(await looked(state)({ reason: 'Resync' })).toMatchObject({ reason: 'NoWorker' });
    });

    it('says so when the object changes, and when the worker wanted to be called', async () => {
      const look = looked(said(greeted));
      expect(await look({ reason: 'Requeue' })).toMatchObject({ reason: 'NoWorker' });
      expect(await look({ reason: 'Resync' })).toEqual(again);
      expect(await look({ reason: 'Change' })).toMatchObject({ reason: 'NoWorker' });
      expect(await look({ reason: 'Requeue' })).toMatchObject({ reason: 'NoWorker' });
    });
  });

  it('tries again where no answer came', async () => {
    const { reconcile } = given({ reply: { kind: 'timeout' } });
    expect(await reconcile()).toEqual({ kind: 'retry', error: new RunTimeout('no worker answered within 5 s') });
  });

  it('does not call with more than NATS takes', async () => {
    const { asked, reconcile } = given({ reply: answer({}), maxBytes: 100 });
    expect(await reconcile()).toMatchObject({
      kind: 'stalled',
      reason: 'CallTooLarge',
      message: expect.stringMatching(/^the call has \d+ bytes, and NATS takes 100$/),
    });
    expect(asked).toEqual([]);
  });

  it('is woken by its object, by its children and by what its object names', () => {
    const { definition, read } = given({ reply: { kind: 'noWorker' } });
    const metadata = {
      ownerReferences: [
        { apiVersion: 'examples.holdfast.dev/v1', kind: 'Greeting', name: 'world', uid: 'u', controller: true },
      ],
    };
    const woken = (after: typeof world): readonly string[] =>
      definition.watches
        .filter(({ type }) => type !== 'any' && type.resource === after.key.resource)
        .flatMap(({ wakes }) => wakes({ key: after.key, after }, read))
        .map(({ name }) => name);
    expect(woken(world)).toEqual(['world']);
    expect(woken(stateOf(CONFIG_MAPS, 'world-greeting', { metadata }))).toEqual(['world']);
    expect(woken(stateOf(PHRASES, 'hello'))).toEqual(['world']);
    expect(woken(stateOf(PHRASES, 'goodbye'))).toEqual([]);
  });

  it('lets a change of the status alone pass by, unless it is told to take everything', () => {
    const before = world;
    const after = { ...world, version: world.version + 1, object: { ...world.object, status: { text: 'Hello' } } };
    const wakes = (spec: object): number => {
      const { definition, read } = given({ reply: { kind: 'noWorker' }, spec });
      return definition.watches[0]?.wakes({ key: world.key, before, after }, read).length ?? 0;
    };
    expect([wakes({ when: 'GenerationChanged' }), wakes({ when: 'Always' })]).toEqual([0, 1]);
  });
});
