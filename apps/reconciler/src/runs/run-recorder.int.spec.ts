import { parseRunRecord, RUNS_STREAM, runsOfObjectFilter } from '@holdfast/contracts';
import type { RunRecord } from '@holdfast/contracts';
import { connectNats } from '@holdfast/nest-platform';
import { done, retry, waiting } from '@holdfast/reconcile';
import type { RunReport } from '@holdfast/reconcile';
import { eventually, startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';

import { RunRecorder } from './run-recorder.js';

const key = { group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name: 'rack-01' };

const run = (id: string, given: Partial<RunReport> = {}): RunReport => ({
  id,
  controller: 'rack',
  key,
  reason: 'Change',
  cause: { version: 1024, correlationID: 'story' },
  traceparent: '00-0-0-01',
  attempt: 0,
  fence: undefined,
  outcome: done,
  startedAt: new Date('2026-01-01T10:00:00Z'),
  durationMs: 1.26,
  waitedMs: 0.5,
  writes: [2048],
  againInMs: undefined,
  object: undefined,
  moved: false,
  ...given,
});

describe('the recorder of runs', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  let metrics: Registry;
  let recorder: RunRecorder;

  beforeEach(async () => {
    nats = await startNats({ secure: true });
    nc = await connectNats({ url: nats.url('reconciler'), name: 'spec' });
    recorder = recorderWith({ maxBytes: 10_000_000, maxAgeMs: 3_600_000 });
  });
  afterEach(async () => {
    await recorder?.stop();
    await nc?.close();
    await nats?.close();
  });

  const recorderWith = (limits: { maxBytes: number; maxAgeMs: number }): RunRecorder => {
    metrics = new Registry();
    return new RunRecorder({
      nc,
      stream: { replicas: 1, ...limits },
      metrics,
      logger: pino({ level: 'silent' }),
      housekeepers: ['janitor'],
    });
  };
  const stream = async () => (await jetstreamManager(nc, { checkAPI: false })).streams.info(RUNS_STREAM);
  const stored = async (): Promise<number> => (await stream()).state.messages;
  const last = async (): Promise<RunRecord | undefined> => {
    const { streams } = await jetstreamManager(nc, { checkAPI: false });
    const message = await streams.getMessage(RUNS_STREAM, { last_by_subj: runsOfObjectFilter(key) });
    return message === null ? undefined : parseRunRecord(message.data);
  };

  it('keeps what a run was, with the rights that the reconciler has', async () => {
    recorder.record(run('run-1', { fence: { lock: 'lease', epoch: 3 }, outcome: waiting('Slow', 'not yet', 50) }), 'u');
    await recorder.stop();
    expect(await last()).toEqual({
      schema: 1,
      id: 'run-1',
      controller: 'rack',
      object: { ...key, uid: 'u' },
      reason: 'Change',
      attempt: 0,
      epoch: 3,
      cause: { resourceVersion: '1024', correlationID: 'story' },
      traceparent: '00-0-0-01',
      startedAt: '2026-01-01T10:00:00.000Z',
      waitedMs: 0.5,
      durationMs: 1.3,
      outcome: { kind: 'waiting', reason: 'Slow', message: 'not yet' },
      writes: ['2048'],
    });
  });

  it('keeps a stream that is bounded and that nobody waits for', async () => {
    recorder.record(run('run-1'), undefined);
    await recorder.stop();
    expect((await stream()).config).toMatchObject({
      max_bytes: 10_000_000,
      max_age: 3_600_000_000_000,
      discard: 'old',
      storage: 'file',
      allow_direct: true,
      persist_mode: 'async',
    });
    recorder = recorderWith({ maxBytes: 20_000_000, maxAgeMs: 60_000 });
    recorder.record(run('run-2'), undefined);
    await recorder.stop();
    expect((await stream()).config).toMatchObject({ max_bytes: 20_000_000, max_age: 60_000_000_000 });
    expect(await stored()).toBe(2);
  });

  it('leaves out looks without news that found all well', async () => {
    const calm = { cause: undefined, writes: [] };
    recorder.record(run('resync', { ...calm, reason: 'Resync' }), undefined);
    recorder.record(run('interval', { reason: 'Requeue', writes: [] }), undefined);
    recorder.record(run('change', { writes: [] }), undefined);
    recorder.record(run('every change', { controller: 'janitor', writes: [] }), undefined);
    recorder.record(run('repair', { reason: 'Resync', cause: undefined }), undefined);
    recorder.record(run('failure', { ...calm, reason: 'Resync', outcome: retry(new Error('no')) }), undefined);
    recorder.record(run('recovery', { ...calm, reason: 'Retry', attempt: 1 }), undefined);
    await recorder.stop();
    expect(await stored()).toBe(4);
  });

  it('takes thousands without waiting, and stores each once', async () => {
    for (let i = 0; i < 5_000; i++) recorder.record(run(`run-${i}`), undefined);
    await eventually(async () => (await stored()) >= 5_000, { withinMs: 60_000 });
    await recorder.stop();
    expect(await stored()).toBe(5_000);
  });

  it('stores what ended while NATS was away', async () => {
    await nats.kill9();
    for (let i = 1; i <= 3; i++) recorder.record(run(`run-${i}`), undefined);
    await nats.restart();
    await eventually(async () => (await stored()) === 3, { withinMs: 30_000 });
  });

  it('drops and counts what it cannot hold while NATS is away', async () => {
    await nats.kill9();
    for (let i = 0; i < 10_005; i++) recorder.record(run(`run-${i}`), undefined);
    await recorder.stop();
    const { values } = await metrics.getSingleMetric('holdfast_run_records_dropped_total')!.get();
    expect(values[0]?.value).toBe(10_005);
  });
});
