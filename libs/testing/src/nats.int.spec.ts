import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

import { startNats } from './nats.js';
import type { TestNats } from './nats.js';

describe('a NATS server of a test', () => {
  let nats: TestNats;
  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(async () => {
    await nats?.close();
  });

  it('is new enough and syncs every write', async () => {
    const varz = (await (await fetch(`${nats.monitorUrl}/varz`)).json()) as {
      version: string;
      jetstream: { config: { sync_always: boolean } };
    };
    expect(Number(varz.version.split('.')[1])).toBeGreaterThanOrEqual(12);
    expect(varz.jetstream.config.sync_always).toBe(true);
  });

  it('has its streams and its port again after it was killed and restarted', async () => {
    const before = await connect({ servers: nats.url() });
    await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept'] });
    await before.close();
    const { port } = nats;

    await nats.kill9();
    await nats.restart();

    const after = await connect({ servers: nats.url() });
    const info = await (await jetstreamManager(after)).streams.info('KEPT');
    await after.close();
    expect({ name: info.config.name, port: nats.port }).toEqual({ name: 'KEPT', port });
  });
});
