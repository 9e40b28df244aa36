import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { Consumer } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

import {
  EVENTS_STREAM,
  EVENTS_SUBJECTS,
  inboxPrefix,
  LOG_STREAM,
  LOG_SUBJECT,
  PUBLIC_API,
  SERVICES_API,
} from '@holdfast/contracts';
import { eventually, temporaryFolder, testPasswords } from '@holdfast/testing';

import { NATS_USERS, permissionsOf } from './permissions.js';
import type { NatsUser } from './permissions.js';
import { EVENT, startSecuredNats } from './secured-nats.fixtures.js';
import type { SecuredNats } from './secured-nats.fixtures.js';
import { startNatsServer } from './server.js';

const FORGED = 'hf.evt.core.configmaps.default.forged';
/** Where an answer would do harm, if it came out in the account of the services. */
const TARGETS = [LOG_SUBJECT, FORGED, 'hf.cmd.x.1', `${SERVICES_API}.CONSUMER.CREATE.${EVENTS_STREAM}`];

let world: SecuredNats;

beforeAll(async () => {
  world = await startSecuredNats();
});
afterAll(() => world?.close());

/** How much is in the log, in the public events and in their mirror. */
const ends = async (): Promise<readonly number[]> => {
  const inServices = await world.manager('store');
  const inPublic = await jetstreamManager(world.as('store'), { checkAPI: false, apiPrefix: PUBLIC_API });
  const infos = [
    inServices.streams.info(LOG_STREAM),
    inServices.streams.info(EVENTS_STREAM),
    inPublic.streams.info(EVENTS_STREAM),
  ];
  return (await Promise.all(infos)).map(({ state }) => state.last_seq);
};

/** Everything that the services could hear from now on. */
const overhear = async (): Promise<string[]> => {
  const heard: string[] = [];
  world.as('operator').subscribe('hf.>', { callback: (_, { subject }) => void heard.push(subject) });
  await world.as('operator').flush();
  return heard;
};

/** Sends all that this user may publish, with each of these as the subject for the answer. */
const askEverything = (user: NatsUser, bodyOf: (subject: string, replyTo: string) => string): void => {
  const nc = world.as(user);
  for (const reply of TARGETS) {
    for (const allowed of permissionsOf(user).publish) {
      const subject = allowed.replace(/[*>]$/, 'probe');
      nc.publish(subject, bodyOf(subject, reply), { reply });
    }
  }
};

describe('a subscriber', () => {
  const EVENTS = 500;
  const sequences = async (consumer: Consumer, count: number): Promise<number[]> => {
    const read: number[] = [];
    for await (const message of await consumer.consume()) {
      message.ack();
      read.push(message.seq);
      if (read.length === count) break;
    }
    return read;
  };

  it('reads every event in order, anew or where it stopped, and hears them as they come', async () => {
    const live: string[] = [];
    const heard = world.as('subscriber').subscribe(EVENTS_SUBJECTS, {
      callback: (_, { subject }) => void live.push(subject),
    });
    await world.as('subscriber').flush();
    const subjects = Array.from({ length: EVENTS }, (_, i) => `hf.evt.core.configmaps.default.web-${i}`);
    const js = jetstream(world.as('store'));
    for (const subject of subjects) await js.publish(subject, 'event');
    const all = [EVENT, ...subjects].map((_, i) => i + 1);

    const { consumers } = jetstream(world.as('subscriber'));
    expect(await sequences(await consumers.get(EVENTS_STREAM), all.length)).toEqual(all);
    const manager = await world.manager('subscriber');
    await manager.consumers.add(EVENTS_STREAM, { durable_name: 'mine', ack_policy: AckPolicy.Explicit });
    const mine = await consumers.get(EVENTS_STREAM, 'mine');
    expect(await sequences(mine, 200)).toEqual(all.slice(0, 200));
    await eventually(async () => (await mine.info()).ack_floor.stream_seq >= 200);
    await manager.consumers.delete(EVENTS_STREAM, 'mine');
    await eventually(() => live.length === EVENTS);
    expect(live).toEqual(subjects);
    heard.unsubscribe();
  });

  it('reads on after the server was killed', async () => {
    await world.nats.kill9();
    await world.nats.restart();
    const isBack = (user: NatsUser): Promise<boolean> =>
      world
        .as(user)
        .flush()
        .then(
          () => true,
          () => false,
        );
    for (const user of NATS_USERS) await eventually(() => isBack(user), { withinMs: 20_000 });
    const [, before = 0] = await ends();
    await jetstream(world.as('store')).publish(EVENT, 'event');
    await eventually(async () => (await ends())[2] === before + 1, { withinMs: 30_000 });
  }, 60_000);

  it('has nothing said to the services by those who answer it', async () => {
    const before = await ends();
    const heard = await overhear();
    const echoes: string[] = [];
    world.as('subscriber').subscribe(FORGED, { callback: (_, message) => void echoes.push(message.string()) });
    const manager = await world.manager('subscriber');
    await manager.consumers.add(EVENTS_STREAM, { durable_name: 'probe', ack_policy: AckPolicy.Explicit });
    let pushed = 0;
    askEverything('subscriber', (subject, replyTo) => {
      const config = { deliver_subject: replyTo, deliver_policy: DeliverPolicy.All, ack_policy: AckPolicy.None };
      if (subject.endsWith(`CONSUMER.CREATE.${EVENTS_STREAM}`))
        return JSON.stringify({ stream_name: EVENTS_STREAM, config });
      if (!subject.includes('CONSUMER.CREATE')) return '';
      const named = { ...config, name: 'probe', durable_name: `probe-${++pushed}` };
      return JSON.stringify({ stream_name: EVENTS_STREAM, config: named });
    });
    // In its own account the answers and the pushed events do go where it said.
    await eventually(() => echoes.includes('event') && echoes.some((echo) => echo.includes('stream_info_response')));
    for (const reply of TARGETS)
      world.as('subscriber').publish(`$JS.API.CONSUMER.MSG.NEXT.${EVENTS_STREAM}.probe`, '', { reply });
    await manager.streams.info(EVENTS_STREAM);

    expect(await ends()).toEqual(before);
    await world.as('operator').flush();
    expect(heard).toEqual([]);
  });

  it("cannot reach the services' JetStream, nor that of its own account under the services' name for it", async () => {
    const pass = new URL(world.nats.url('subscriber')).password;
    const nc = await connect({ servers: `127.0.0.1:${world.nats.port}`, user: 'subscriber', pass });
    for (const apiPrefix of [SERVICES_API, PUBLIC_API]) {
      const { streams } = await jetstreamManager(nc, { checkAPI: false, apiPrefix });
      await expect(streams.info(EVENTS_STREAM)).rejects.toThrow(/permissions violation/i);
    }
    await nc.close();
  });
});

describe('a server that had no accounts before', () => {
  it("keeps its streams, which are the services' now", async () => {
    const folder = await temporaryFolder('accounts');
    const before = await startNatsServer({ dir: folder.path });
    const anybody = await connect({ port: before.port });
    const { streams } = await jetstreamManager(anybody, { checkAPI: false });
    await streams.add({ name: LOG_STREAM, subjects: ['hf.log.>'] });
    await jetstream(anybody).publish(LOG_SUBJECT, 'commit');
    await anybody.close();
    await before.stop();

    const after = await startNatsServer({ dir: folder.path, passwords: testPasswords() });
    const { username, password } = new URL(after.url('store'));
    const options = { port: after.port, user: username, pass: password, inboxPrefix: inboxPrefix(username) };
    const store = await connect(options);
    const manager = await jetstreamManager(store, { checkAPI: false });
    expect((await manager.streams.info(LOG_STREAM)).state.messages).toBe(1);
    await store.close();
    await after.stop();
    await folder.remove();
  });
});

describe('a worker', () => {
  it('has nothing said to the log or to subscribers by those who answer it', async () => {
    const before = await ends();
    const heard = await overhear();
    askEverything('worker', () => '');
    await world.as('worker').flush();
    await world.as('operator').flush();
    await eventually(() => heard.length === TARGETS.length);

    expect(new Set(heard)).toEqual(new Set(['hf.worker.probe']));
    expect(await ends()).toEqual(before);
  });
});
