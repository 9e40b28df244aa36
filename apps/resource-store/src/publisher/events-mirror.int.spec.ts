import { EVENTS_STREAM, PUBLIC_API } from '@holdfast/contracts';
import { Link, Requests } from '@holdfast/log';
import { connectNats } from '@holdfast/nest-platform';
import { eventually, startNats, startNatsCluster } from '@holdfast/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { mirrorEvents } from './events-mirror.js';
import { EventsStream } from './events-stream.js';
import { publishBurst } from './publish-burst.js';
import { testEvents } from './test-events.fixtures.js';

jest.setTimeout(60_000);

const UNLIMITED = { maxBytes: -1, maxAgeMs: 0 };

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

const connect = async (url: string): Promise<NatsConnection> => {
  const nc = await connectNats({ url, name: 'test' });
  closing.push(() => nc.close());
  return nc;
};
/** A server with the product's accounts, and the store's connection to it. */
const secured = async () => {
  const nats = await startNats({ secure: true });
  closing.push(() => nats.close());
  return { nats, nc: await connect(nats.url()) };
};
const mirror = async (nc: NatsConnection): Promise<StreamInfo> => {
  const manager = await jetstreamManager(nc, { checkAPI: false, apiPrefix: PUBLIC_API });
  return manager.streams.info(EVENTS_STREAM);
};
const mirrored = (nc: NatsConnection, count: number): Promise<boolean> =>
  eventually(async () => (await mirror(nc)).state.last_seq === count, { withinMs: 30_000 });
/** Publishes events; the stream ends at `after`. */
const publish = async (nc: NatsConnection, count: number, after: number): Promise<void> => {
  const link = new Link(nc);
  const requests = new Requests(link);
  await publishBurst({ nc, requests }, testEvents(count), after);
  requests.close();
  link.close();
};

describe('the mirror of the public events', () => {
  it('has every event, those from before it was made too, and goes on after a crash of the server', async () => {
    const { nats, nc } = await secured();
    const stream = await EventsStream.open(nc, 1, UNLIMITED);
    await publish(nc, 100, 0);
    await mirrorEvents(nc, 1, UNLIMITED);
    await publish(nc, 100, 100);
    await mirrored(nc, 200);

    await nats.kill9();
    await nats.restart();
    const end = await eventually(() => stream.end(), { withinMs: 20_000 });
    // What the crash took comes again at the same sequences.
    await publish(nc, 300 - end.sequence, end.sequence);

    await mirrored(nc, 300);
    expect((await mirror(nc)).state).toMatchObject({ first_seq: 1, messages: 300 });
  });

  it('keeps as much as the public events are kept, also when that changes', async () => {
    const { nc } = await secured();
    await EventsStream.open(nc, 1, UNLIMITED);
    await mirrorEvents(nc, 1, UNLIMITED);
    await mirrorEvents(nc, 1, { maxBytes: 1_000_000, maxAgeMs: 3_600_000 });

    expect((await mirror(nc)).config).toMatchObject({
      max_bytes: 1_000_000,
      max_age: 3_600_000_000_000,
      persist_mode: 'async',
      mirror: { name: EVENTS_STREAM },
    });
  });

  it('is replicated in a cluster, as the public events are', async () => {
    const cluster = await startNatsCluster({ secure: true });
    closing.push(() => cluster.close());
    const nc = await connect(cluster.urls.join(','));
    const stream = await EventsStream.open(nc, 3, UNLIMITED);
    await mirrorEvents(nc, 3, UNLIMITED);
    // The other servers learn a moment later where the stream listens.
    await eventually(async () => {
      const { sequence } = await stream.end();
      if (sequence < 100) await publish(nc, 100 - sequence, sequence);
      return true;
    });

    await mirrored(nc, 100);
    expect((await mirror(nc)).config).toMatchObject({ num_replicas: 3 });
  });

  it('cannot be made on a server without the account, or where the store may not', async () => {
    const open = await startNats();
    closing.push(() => open.close());
    await expect(mirrorEvents(await connect(open.url()), 1, UNLIMITED)).rejects.toThrow('jetstream is not enabled');

    const users = 'users: [{ user: store, password: "secret", permissions: { publish: ["$JS.API.>"] } }]';
    const strict = await startNats({ extraConfig: `authorization { ${users} }` });
    closing.push(() => strict.close());
    const nc = await connect(`nats://store:secret@127.0.0.1:${strict.port}`);
    await expect(mirrorEvents(nc, 1, UNLIMITED)).rejects.toThrow(/permissions violation/i);
  });
});
