import { commandSubject, decodeFrame, encodeFrames, replySubject, replySubjectOfFrame } from '@holdfast/contracts';
import type { Command, Reply, Request } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import {
  bodyOf,
  commandOf,
  configMap,
  createOf,
  getOf,
  objectOf,
  StoreWorld,
  target,
} from '../store-process.fixtures.js';

jest.setTimeout(120_000);

let world: StoreWorld;

beforeEach(async () => {
  world = await StoreWorld.open();
});
afterEach(async () => {
  await world?.close();
});

describe('a transactor that is paused, and wakes up after its successor has written', () => {
  it('appends nothing, and answers neither reads nor refusals from what it remembers', async () => {
    const paused = world.start('paused');
    await paused.becomes('transactor');
    const successor = world.start('successor');
    await successor.becomes('standby');
    await world.send(createOf(), configMap('web-1', { color: 'old' }));
    await world.send(createOf(), configMap('web-2'));
    const replies: Reply[] = [];
    world.nc.subscribe(replySubject('unaware'), {
      callback: (_, msg) => void replies.push(...decodeFrame<Reply>(msg.data).map(({ head }) => head)),
    });
    // A sender that has not noticed goes on asking the paused one, whose questions wait in its connection.
    let frames = 0;
    const askThePausedOne = (request: Request, object?: object): void => {
      const item = { tag: frames, head: commandOf(request), body: bodyOf(object) };
      const [frame] = encodeFrames<Command>([item], 1_000_000);
      const reply = replySubjectOfFrame('unaware', frames++);
      if (frame !== undefined) world.nc.publish(commandSubject('paused', 1), frame.data, { reply });
    };

    paused.pause();
    askThePausedOne(getOf('web-1'));
    askThePausedOne(createOf(), configMap('web-2'));
    askThePausedOne(createOf(), configMap('web-3'));
    await successor.becomes('transactor');
    await world.send({ verb: 'update', target: target('web-1') }, configMap('web-1', { color: 'new' }));
    await world.send({ verb: 'delete', target: target('web-2') });
    const end = await world.log.end();
    paused.resume();
    askThePausedOne(getOf('web-1'));

    await eventually(async () => (await paused.health())?.epoch === 2);
    expect(await paused.health()).toMatchObject({ role: 'standby', epoch: 2 });
    await eventually(async () => (await paused.health())?.sequence === end);
    expect(replies).toEqual([]);
    expect(await world.log.end()).toBe(end);
    expect(objectOf(await world.send(getOf('web-1')))).toMatchObject({ data: { color: 'new' } });
  });
});

describe('a standby that is paused, and wakes up', () => {
  it('has not missed a heartbeat because of that', async () => {
    const leader = world.start('leader');
    await leader.becomes('transactor');
    const paused = world.start('paused');
    await paused.becomes('standby');

    paused.pause();
    await world.send(createOf(), configMap('web-1'));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    paused.resume();

    const end = await world.log.end();
    await eventually(async () => (await paused.health())?.sequence === end);
    expect(await leader.health()).toMatchObject({ role: 'transactor', epoch: 1 });
  });
});
