import { eventually, startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import { connectNats } from '@holdfast/nest-platform';
import { JetStreamCommitLog } from '@holdfast/log';
import type { Answer } from '@holdfast/command-client';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { catchUp } from '../lead/catch-up.js';
import { takeOver } from '../lead/take-over.js';
import { StoreState } from '../state/store-state.js';
import { bodyOf, commandOf, configMap, createOf, getOf, objectOf } from '../store-process.fixtures.js';
import { decideAtOnce } from './decider.js';
import { limitsFor } from './limits.js';
import { Transactor } from './transactor.js';
import { randomIds } from '../ids.js';

jest.setTimeout(60_000);

let nats: TestNats;
let nc: NatsConnection;
let log: JetStreamCommitLog;
let transactor: Transactor;
let deposed = false;

const reach = (): void => undefined;
const now = (): number => Date.now();
const { signal } = new AbortController();

beforeEach(async () => {
  nats = await startNats();
  nc = await connectNats({ url: nats.url(), name: 'test' });
  log = await JetStreamCommitLog.open({ nc, replicas: 1, create: true, sync: { trust: true } });
  deposed = false;
  transactor = await lead('first', new StoreState());
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
  const target = { group: '', version: 'v1', resource: 'namespaces', namespace: '', name: '' };
  await transactor.handle(commandOf({ verb: 'create', target }), bodyOf(namespace));
});
afterEach(async () => {
  nats?.resume();
  transactor?.close();
  log?.close();
  await nc?.close();
  await nats?.close();
});

/** Opens an epoch and decides in it. */
const lead = async (instance: string, state: StoreState): Promise<Transactor> => {
  const leader = await takeOver({ log, state, instance, now, reach, signal });
  if (leader === undefined) throw new Error(`${instance} was not the fastest`);
  return new Transactor({
    state,
    log,
    leader,
    looksByAppending: false,
    limits: limitsFor(log.maxCommitBytes),
    now,
    decider: decideAtOnce({ ids: randomIds }),
    reach,
    observer: { answered: () => undefined, appended: () => undefined },
    reported: () => undefined,
    failed: (error) => {
      throw error;
    },
    catchUp: async (end) => {
      await catchUp({ log, state, end, signal });
      deposed = state.position.leader.instance !== instance;
      return !deposed;
    },
  });
};

const send = (command: ReturnType<typeof commandOf>, object?: object): Promise<Answer | undefined> =>
  transactor.handle(command, bodyOf(object));

describe('an append that lands after its sender gave up', () => {
  it('has happened, once, and a repeat gets its answer', async () => {
    const command = commandOf(createOf(), { deadline: Date.now() + 500 });
    await nats.pause();
    const givenUp = await send(command, configMap('web-1'));
    expect(givenUp?.reply).toMatchObject({ status: 'refused', refusal: { reason: 'Timeout' } });

    nats.resume();
    const repeated = await send({ ...command, deadline: Date.now() + 10_000 }, configMap('web-1'));

    expect(repeated?.reply).toMatchObject({ status: 'ok', outcome: 'created' });
    const read = await send(commandOf(getOf('web-1')));
    expect(read && objectOf(read)).toEqual(repeated && objectOf(repeated));
    expect((await log.last())?.events).toHaveLength(1);
    expect(await log.end()).toBe(3);
  });
});

describe('an append that comes after the take-over', () => {
  it('is refused, and its transactor steps down without an answer', async () => {
    const successor = new StoreState();
    await catchUp({ log, state: successor, end: await log.end(), signal });
    await takeOver({ log, state: successor, instance: 'second', now, reach, signal });
    const end = await log.end();

    const unanswered = send(commandOf(createOf()), configMap('web-1'));
    await eventually(() => deposed);
    transactor.close();

    expect(await unanswered).toBeUndefined();
    expect(await log.end()).toBe(end);
  });
});
