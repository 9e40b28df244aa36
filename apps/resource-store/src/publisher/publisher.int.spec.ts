import { EVENTS_STREAM } from '@holdfast/contracts';
import { JetStreamCommitLog } from '@holdfast/log';
import { connectNats } from '@holdfast/nest-platform';
import { eventually, startNats, testCommit } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { EventsStream } from './events-stream.js';
import type { EventsLimits } from './stream-config.js';
import { publishedCount, publishedEvents } from './published-events.fixtures.js';
import { Publisher } from './publisher.js';
import type { LogCount } from './publish-position.js';

jest.setTimeout(60_000);

const UNLIMITED: EventsLimits = { maxBytes: -1, maxAgeMs: 0 };

let nats: TestNats;
let nc: NatsConnection;
let log: JetStreamCommitLog;
let running: { stop(): Promise<void> }[];
let interruptions: unknown[];

beforeEach(async () => {
  running = [];
  interruptions = [];
  nats = await startNats();
  nc = await connectNats({ url: nats.url(), name: 'test' });
  log = await JetStreamCommitLog.open({ nc, replicas: 1, create: true, sync: { trust: true } });
});
afterEach(async () => {
  await Promise.all(running.map((publisher) => publisher.stop()));
  log?.close();
  await nc?.close();
  await nats?.close();
});

/** Starts publishing; the start of the log is always known. */
const publish = (known: LogCount = { sequence: 0, events: 0 }, limits = UNLIMITED): { stop(): Promise<void> } => {
  const publisher = new Publisher({
    nc,
    log,
    openStream: () => EventsStream.open(nc, 1, limits),
    reach: () => undefined,
    known,
    published: () => undefined,
    interrupted: (error) => interruptions.push(error),
  });
  const stopping = new AbortController();
  const done = publisher.run(stopping.signal);
  const started = {
    stop: async () => {
      stopping.abort();
      await done;
    },
  };
  running.push(started);
  return started;
};

let commits = 0;
/** Appends commits, each of which creates these objects. */
const write = async (...groups: readonly (readonly string[])[]): Promise<void> => {
  for (const names of groups) {
    const { id, data } = testCommit(`commit-${++commits}`, names);
    await log.append({ id, data, expectedSequence: await log.end() });
  }
};
const names = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
const publishedAre = (count: number): Promise<boolean> =>
  eventually(async () => (await publishedCount(nc)) === count, { withinMs: 20_000 });
/** Ids of all events in the log. */
const idsInLog = async (): Promise<string[]> => {
  const ids: string[] = [];
  for (let sequence = 1; sequence <= (await log.end()); sequence++) {
    const commit = await log.read(sequence);
    ids.push(...(commit?.events ?? []).map(({ version }) => String(version)));
  }
  return ids;
};
const idsPublished = async (): Promise<string[]> => (await publishedEvents(nc)).map(({ id }) => id);

describe('public events', () => {
  it('are all events of the log, in its order, as CloudEvents on the subject of their object', async () => {
    await write(['web-1', 'web-2'], [], ['web-3']);
    publish();
    await publishedAre(3);

    const events = await publishedEvents(nc);

    expect(events.map(({ sequence, subject, id }) => ({ sequence, subject, id }))).toEqual([
      { sequence: 1, subject: 'hf.evt.core.configmaps.default.web-1', id: '1024' },
      { sequence: 2, subject: 'hf.evt.core.configmaps.default.web-2', id: '1025' },
      { sequence: 3, subject: 'hf.evt.core.configmaps.default.web-3', id: '3072' },
    ]);
    expect(events[2]?.event).toMatchObject({
      specversion: '1.0',
      id: '3072',
      type: 'dev.holdfast.resource.created',
      data: { kind: 'ConfigMap', metadata: { name: 'web-3', resourceVersion: '3072' } },
    });
  });

  it('go on, after a restart, with the first event that is missing, also in the middle of a commit', async () => {
    await write(names(300, 'first'));
    const before = publish();
    await publishedAre(300);
    await before.stop();

    await write(names(2, 'second'), names(300, 'third'));
    publish();
    await publishedAre(602);

    expect(await idsPublished()).toEqual(await idsInLog());
    expect(interruptions).toEqual([]);
  });

  it('appear once, though two publish at the same time', async () => {
    publish();
    publish();
    for (let i = 0; i < 20; i++) await write(names(30, `burst-${i}`));
    await publishedAre(600);

    expect(await idsPublished()).toEqual(await idsInLog());
  });

  it('that a crash of NATS took are published again, at the same sequences', async () => {
    publish();
    for (let i = 0; i < 5; i++) await write(names(100, `burst-${i}`));
    await publishedAre(500);
    const before = await idsPublished();

    await nats.kill9();
    await nats.restart();
    await publishedAre(500);

    expect(await idsPublished()).toEqual(before);
    expect(before).toEqual(await idsInLog());
  });

  it('go on where they ended, though all of them have expired', async () => {
    await write(names(5, 'first'), names(5, 'second'));
    const before = publish();
    await publishedAre(10);
    await before.stop();
    const manager = await jetstreamManager(nc, { checkAPI: false });
    await manager.streams.purge(EVENTS_STREAM);
    await write(names(3, 'third'));

    // The number of events is known at the end of the log now, as a store that starts knows it.
    publish({ sequence: 3, events: 13 });
    await publishedAre(13);

    expect(await idsPublished()).toEqual((await idsInLog()).slice(10));
  });

  it('are kept as long as the configuration says, also when that changes', async () => {
    const before = publish();
    await write(names(1, 'first'));
    await publishedAre(1);
    await before.stop();

    publish(undefined, { maxBytes: 1_000_000, maxAgeMs: 3_600_000 });
    await write(names(1, 'second'));
    await publishedAre(2);

    const manager = await jetstreamManager(nc, { checkAPI: false });
    const { config } = await manager.streams.info(EVENTS_STREAM);
    expect(config).toMatchObject({ max_bytes: 1_000_000, max_age: 3_600_000_000_000, discard: 'old' });
  });

  it('of another log stay as they are, and the reason is told', async () => {
    await write(names(1, 'first'));
    await EventsStream.open(nc, 1, UNLIMITED);
    const stranger = headers();
    stranger.set('ce-id', '999424');
    await nc.request('hf.evt.core.configmaps.default.stranger', '{}', { headers: stranger, timeout: 5_000 });
    publish({ sequence: 1, events: 1 });

    await eventually(() => interruptions.length > 0);

    expect(String(interruptions[0])).toContain('made from another log');
    expect(await publishedCount(nc)).toBe(1);
  });
});
