import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { boundaryOf, versionAt } from '@holdfast/contracts';
import { JetStreamCommitLog } from '@holdfast/log';
import { connectNats } from '@holdfast/nest-platform';
import { eventually, startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ReadModelsReader } from '../lists/read-models-reader.js';
import { openStream, startTestGateway } from './gateway.fixtures.js';
import type { EventStream, TestGateway } from './gateway.fixtures.js';
import { watchHandler } from './watch-handler.js';
import { WatchHub } from './watch-hub.js';
import type { WatchHubOptions } from './watch-hub.js';
import { encodedCommit } from './watch.fixtures.js';
import type { TestEvent } from './watch.fixtures.js';
import type { CloseReason } from './watcher.js';

const noLists: Pick<ReadModelsReader, 'list'> = {
  list: () => Promise.reject(new Error('no list is expected here')),
};

describe('watches over HTTP, on a real log', () => {
  let nats: TestNats;
  let connections: NatsConnection[];
  let log: JetStreamCommitLog;
  let hub: WatchHub;
  let gateway: TestGateway;
  let end: number;
  let closed: CloseReason[];
  let streams: EventStream[];

  const openLog = async (): Promise<JetStreamCommitLog> => {
    const nc = await connectNats({ url: nats.url(), name: 'spec' });
    connections.push(nc);
    return JetStreamCommitLog.open({ nc, replicas: 1, create: true, sync: { trust: true } });
  };
  const startGateway = async (options: Partial<WatchHubOptions> = {}): Promise<void> => {
    const followed = await openLog();
    hub = await WatchHub.start({
      log: followed,
      onCommit: () => undefined,
      onLost: () => undefined,
      onFailure: () => undefined,
      metrics: { opened: () => undefined, delivered: () => undefined, closed: (reason) => closed.push(reason) },
      ...options,
    });
    const watch = watchHandler({
      hub,
      reader: noLists,
      confirmedEnd: async () => boundaryOf(await followed.end()),
      random: () => 0,
      onFailure: (error) => {
        throw error;
      },
    });
    gateway = await startTestGateway({ watch });
  };
  const append = async (...events: readonly TestEvent[]): Promise<number> => {
    const id = `commit-${end + 1}`;
    const outcome = await log.append({ id, data: encodedCommit(id, ...events), expectedSequence: end });
    if (outcome.status !== 'accepted') throw new Error(`commit ${id} was refused: the log ends at ${outcome.end}`);
    return (end = outcome.sequence);
  };
  const watch = async (query: string): Promise<EventStream> => {
    const stream = await openStream(`${gateway.url}/widgets?watch=true&${query}`);
    streams.push(stream);
    return stream;
  };

  beforeEach(async () => {
    nats = await startNats();
    connections = [];
    streams = [];
    closed = [];
    end = 0;
    log = await openLog();
  });

  afterEach(async () => {
    for (const stream of streams) stream.close();
    await hub?.stop();
    await gateway?.close();
    for (const nc of connections) await nc.close();
    await nats?.close();
  });

  it('begin at any version, in memory or before it, without gap or repeat while writes go on', async () => {
    for (let i = 0; i < 300; i++) await append({ name: `w-${i}` }, { name: `x-${i}`, resource: 'gadgets' });
    await startGateway({ ringBytes: 100_000 });
    for (let i = 300; i < 400; i++) await append({ name: `w-${i}` });
    await hub.waitFor(boundaryOf(400), 5_000);
    expect(hub.floor).toBeGreaterThan(boundaryOf(300));

    const starts = [
      1,
      versionAt(1, 0),
      boundaryOf(150),
      versionAt(310, 0),
      hub.floor,
      boundaryOf(399),
      boundaryOf(400),
    ];
    const opened = await Promise.all(starts.map((start) => watch(`resourceVersion=${start}`)));
    for (let i = 400; i < 450; i++) await append({ name: `w-${i}` });

    const all = Array.from({ length: 450 }, (_, i) => versionAt(i + 1, 0));
    for (const [i, stream] of opened.entries()) {
      const expected = all.filter((version) => version > (starts[i] as number));
      await eventually(() => stream.versions.length >= expected.length);
      expect(stream.versions).toEqual(expected);
    }
  });

  it('go on without gap or repeat when NATS is killed and comes back, and resume where they were left', async () => {
    await startGateway();
    const stream = await watch('resourceVersion=1');
    const resumed: number[] = [];
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++) await append({ name: `w-${round}-${i}` }, { name: `v-${round}-${i}` });
      await nats.kill9();
      await nats.restart();
      const again = await watch(`resourceVersion=${resumed.at(-1) ?? 1}`);
      for (let i = 0; i < 20; i++) await append({ name: `u-${round}-${i}` });
      await eventually(() => again.versions.at(-1) === versionAt(end, 0));
      resumed.push(...again.versions);
      again.close();
    }
    await eventually(() => stream.versions.at(-1) === versionAt(end, 0));
    const written: number[] = [];
    for (let sequence = 1; sequence <= end; sequence++) {
      written.push(...((await log.read(sequence))?.events ?? []).map(({ version }) => version));
    }
    expect(stream.versions).toEqual(written);
    expect(resumed).toEqual(written);
  }, 60_000);

  it('give a transaction of 100 in order and in one piece', async () => {
    await startGateway();
    const stream = await watch('resourceVersion=1');
    await append(...Array.from({ length: 100 }, (_, i) => ({ name: `w-${i}` })));
    await eventually(() => stream.events.length > 0);
    expect(stream.versions).toEqual(Array.from({ length: 100 }, (_, i) => versionAt(1, i)));
  });

  it('close a reader that takes nothing, which resumes by its version, while others are served', async () => {
    await startGateway({ slow: { stallMs: 300, backlogBytes: 1e9 } });
    const slow = await watch('resourceVersion=1');
    const brisk = await watch('resourceVersion=1');
    const note = 'x'.repeat(200_000);
    await append({ name: 'first' });
    await eventually(() => slow.events.length === 1);
    slow.pause();
    for (let i = 0; i < 60; i++) await append({ name: `w-${i}`, spec: { note } });
    await eventually(() => closed.includes('slow'));
    await eventually(() => brisk.events.length === 61);

    const resumed = await watch(`resourceVersion=${slow.versions.at(-1)}`);
    await eventually(() => resumed.events.length === 60);
    expect([...slow.versions, ...resumed.versions]).toEqual(brisk.versions);
  });

  it('answer their headers at once, and end at their time-out', async () => {
    await startGateway();
    await append({ name: 'g', resource: 'gadgets' });
    await hub.waitFor(boundaryOf(1), 5_000);
    const stream = await watch('resourceVersion=1&timeoutSeconds=1&allowWatchBookmarks=true');
    expect(stream.code).toBe(200);
    expect(stream.headers).toMatchObject({ 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    await stream.ended;
    expect(stream.events).toEqual([
      { type: 'BOOKMARK', object: { kind: 'Widget', apiVersion: 'fab.dev/v1', metadata: { resourceVersion: '2047' } } },
    ]);
    expect(closed).toEqual(['timeout']);
  });

  it('are told 410 for a version that was never given out, and the connection closes', async () => {
    await append({ name: 'a' });
    await startGateway();
    const stream = await watch(`resourceVersion=${versionAt(2, 0)}`);
    await stream.ended;
    expect(stream.code).toBe(200);
    expect(stream.events).toEqual([
      {
        type: 'ERROR',
        object: expect.objectContaining({ kind: 'Status', code: 410, reason: 'Expired', status: 'Failure' }) as unknown,
      },
    ]);
    expect(closed).toEqual(['expired']);
  });

  it('are forgotten when their reader goes away', async () => {
    await startGateway();
    const stream = await watch('resourceVersion=1');
    expect(hub.open).toBe(1);
    stream.close();
    await eventually(() => hub.open === 0);
    expect(closed).toEqual(['client']);
  });

  it('end cleanly when the gateway stops', async () => {
    await startGateway();
    const stream = await watch('resourceVersion=1');
    await hub.stop();
    await stream.ended;
    expect(closed).toEqual(['shutdown']);
  });
});
