import type { Answer } from '@holdfast/command-client';
import { connectNats } from '@holdfast/nest-platform';
import { eventually } from '@holdfast/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { configMap, createOf, StoreWorld } from '../store-process.fixtures.js';
import { publishedCount, publishedEvents } from './published-events.fixtures.js';

jest.setTimeout(120_000);

let world: StoreWorld;

beforeEach(async () => {
  world = await StoreWorld.open();
});
afterEach(async () => {
  await world?.close();
});

describe('a store that dies', () => {
  it.each(['before-publish:3', 'after-publish:3'])('%s: every event is public once, in order', async (fault) => {
    const first = world.start('first', { HOLDFAST_FAULT: fault });
    await first.becomes('transactor');
    // Apart from each other, so that each is published by itself, until the process is gone.
    const written: Promise<Answer>[] = [];
    for (let i = 0; i < 5 && !first.isGone(); i++) {
      await eventually(async () => (await publishedCount(world.nc)) > i || first.isGone(), { withinMs: 60_000 });
      written.push(world.send(createOf(), configMap(`web-${i}`)));
    }
    expect(await first.ended()).toBe('SIGKILL');

    const second = world.start('second');
    await second.becomes('transactor');
    await Promise.all([...written, world.send(createOf(), configMap('last'))]);

    const events = (await world.commits()).flatMap((commit) => commit.events);
    await eventually(async () => (await publishedCount(world.nc)) === events.length, { withinMs: 60_000 });
    const published = await publishedEvents(world.nc);
    expect(published.map(({ id }) => id)).toEqual(events.map(({ version }) => String(version)));

    const subscriber = await connectNats({ url: world.nats.url('subscriber'), name: 'subscriber' });
    await eventually(async () => (await publishedCount(subscriber)) === events.length, { withinMs: 20_000 });
    expect(await publishedEvents(subscriber)).toEqual(published);
    await subscriber.close();
  });
});
