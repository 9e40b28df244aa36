import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { configMap, createOf, getOf, objectOf, StoreWorld, versionOf } from '../store-process.fixtures.js';

jest.setTimeout(120_000);

let world: StoreWorld;

beforeEach(async () => {
  world = await StoreWorld.open();
});
afterEach(async () => {
  await world?.close();
});

describe('a transactor that dies', () => {
  // The first time each point is reached is for the namespace `default`.
  it.each(['after-decide:2', 'after-append:2', 'before-reply:2'])(
    'at %s: the command is repeated to its successor, and happens once',
    async (fault) => {
      const first = world.start('first', { HOLDFAST_FAULT: fault });
      await first.becomes('transactor');
      const second = world.start('second');
      await second.becomes('standby');

      const created = await world.send(createOf(), configMap('web-1'));

      expect(await first.ended()).toBe('SIGKILL');
      expect(created.reply).toMatchObject({ status: 'ok', outcome: 'created' });
      expect(await world.versionsOf('web-1')).toEqual([versionOf(created)]);
      expect(objectOf(await world.send(getOf('web-1')))).toEqual(objectOf(created));
      expect(await second.health()).toMatchObject({ role: 'transactor', epoch: 2 });
    },
  );

  it.each(['before-take-over', 'after-take-over'])('%s: the next standby leads', async (fault) => {
    const first = world.start('first');
    await first.becomes('transactor');
    await world.send(createOf(), configMap('web-1'));
    const second = world.start('second', { HOLDFAST_FAULT: fault });
    await second.becomes('standby');
    await first.kill9();
    expect(await second.ended()).toBe('SIGKILL');

    const third = world.start('third');
    await third.becomes('transactor');

    expect(objectOf(await world.send(getOf('web-1')))).toMatchObject({ metadata: { name: 'web-1' } });
    const epochs = (await world.commits()).map(({ header }) => header.epoch);
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
  });
});
