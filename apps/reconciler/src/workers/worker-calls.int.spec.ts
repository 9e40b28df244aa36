import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { Registry } from 'prom-client';

import { reconcileSubject, WORKERS_QUEUE, workerSubject } from '@holdfast/contracts';
import { natsConnectionOptions } from '@holdfast/nest-platform';
import { eventually, startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';

import { WorkerCalls } from './worker-calls.js';

const CONTROLLER = 'greeting.team-a';

describe('calls of workers over NATS', () => {
  let nats: TestNats;
  let caller: NatsConnection;
  let calls: WorkerCalls;
  let metrics: Registry;
  let came: string[];
  const workers: NatsConnection[] = [];

  beforeAll(async () => {
    nats = await startNats();
    caller = await connect(natsConnectionOptions(nats.url()));
  });
  beforeEach(() => {
    metrics = new Registry();
    const heard: string[] = [];
    came = heard;
    calls = new WorkerCalls({ nc: caller, inboxPrefix: '_INBOX', metrics });
    calls.start((controller) => heard.push(controller));
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
  });
  afterAll(async () => {
    await caller?.close();
    await nats?.close();
  });

  const startWorker = async (take: (call: Msg) => void): Promise<NatsConnection> => {
    const worker = await connect(natsConnectionOptions(nats.url()));
    workers.push(worker);
    worker.subscribe(reconcileSubject(CONTROLLER), { queue: WORKERS_QUEUE, callback: (_, call) => take(call) });
    await worker.flush();
    return worker;
  };
  const call = (run: string, { timeoutMs = 5_000, signal = new AbortController().signal } = {}) =>
    calls.call({ controller: CONTROLLER, run, body: Buffer.from(run), timeoutMs, signal });
  const answerTo = async (run: string): Promise<string> => {
    const reply = await call(run);
    return reply.kind === 'answer' ? Buffer.from(reply.data).toString() : reply.kind;
  };
  const ignored = async (): Promise<number> => {
    const { values } = (await metrics.getMetricsAsJSON())[0] as unknown as {
      values: readonly { value: number; labels: { controller: string } }[];
    };
    return values.find(({ labels }) => labels.controller === CONTROLLER)?.value ?? 0;
  };

  it('without a worker, that is known at once', async () => {
    const began = performance.now();
    expect(await call('run-1')).toEqual({ kind: 'noWorker' });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('a worker that comes tells so', async () => {
    const worker = await startWorker((message) => message.respond('done'));
    worker.publish(workerSubject(CONTROLLER));
    await eventually(() => came.length > 0);
    expect(came).toEqual([CONTROLLER]);
    expect(await answerTo('run-1')).toBe('done');
  });

  it('two workers share the load, and no call reaches both', async () => {
    const taken: [string[], string[]] = [[], []];
    for (const own of taken) {
      await startWorker((message) => {
        own.push(message.string());
        message.respond('done');
      });
    }
    const runs = Array.from({ length: 50 }, (_, i) => `run-${i}`);
    expect(await Promise.all(runs.map(answerTo))).toEqual(runs.map(() => 'done'));
    expect([...taken[0], ...taken[1]].sort()).toEqual([...runs].sort());
    expect(taken.map((own) => own.length > 0)).toEqual([true, true]);
  });

  it('each answer reaches the call that it belongs to, in whatever order they come', async () => {
    const waiting: Msg[] = [];
    await startWorker((message) => {
      waiting.push(message);
      if (waiting.length === 3) for (const one of waiting.reverse()) one.respond(`to ${one.string()}`);
    });
    expect(await Promise.all(['run-1', 'run-2', 'run-3'].map(answerTo))).toEqual(['to run-1', 'to run-2', 'to run-3']);
  });

  it('a worker that dies in the middle leaves its call without an answer until the deadline, and no other', async () => {
    const dying = await startWorker(() => undefined);
    const lost = call('run-1', { timeoutMs: 300 });
    await caller.flush();
    await dying.close();
    await startWorker((message) => message.respond('done'));
    expect(await answerTo('run-2')).toBe('done');
    expect(await lost).toEqual({ kind: 'timeout' });
  });

  it('a late answer is ignored and counted', async () => {
    const asked: Msg[] = [];
    await startWorker((message) => void asked.push(message));
    expect(await call('run-1', { timeoutMs: 50 })).toEqual({ kind: 'timeout' });
    asked[0]?.respond('late');
    await eventually(async () => (await ignored()) === 1);
  });

  it('an answer after the key moved is ignored and counted', async () => {
    const asked: Msg[] = [];
    await startWorker((message) => void asked.push(message));
    const moved = new AbortController();
    const called = call('run-1', { signal: moved.signal });
    await eventually(() => asked.length > 0);
    moved.abort(new Error('the key was let go'));
    await expect(called).rejects.toThrow('the key was let go');
    asked[0]?.respond('late');
    await eventually(async () => (await ignored()) === 1);
  });

  it('a key that moved before the call is not called for', async () => {
    await expect(call('run-1', { signal: AbortSignal.abort(new Error('the key was let go')) })).rejects.toThrow(
      'the key was let go',
    );
  });

  it('of two answers the first counts; the second is ignored and counted', async () => {
    await startWorker((message) => {
      message.respond('first');
      message.respond('second');
    });
    expect(await answerTo('run-1')).toBe('first');
    await eventually(async () => (await ignored()) === 1);
  });
});
