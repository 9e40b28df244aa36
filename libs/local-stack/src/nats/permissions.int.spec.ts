import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstream } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import {
  CLAIM_SUBJECT,
  EVENTS_STREAM,
  inboxPrefix,
  jobSubject,
  LOG_STREAM,
  LOG_SUBJECT,
  reconcileSubject,
  SNAPSHOT_BUCKET,
  WORKERS_QUEUE,
} from '@holdfast/contracts';
import { eventually } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';

import { NATS_USERS } from './permissions.js';
import type { NatsUser } from './permissions.js';
import { EVENT, startSecuredNats } from './secured-nats.fixtures.js';
import type { SecuredNats } from './secured-nats.fixtures.js';

describe('what the users of NATS may do', () => {
  let world: SecuredNats;
  let nats: TestNats;
  const as = (user: NatsUser): NatsConnection => world.as(user);
  const manager = (user: NatsUser): Promise<JetStreamManager> => world.manager(user);

  beforeAll(async () => {
    world = await startSecuredNats();
    ({ nats } = world);
  });
  afterAll(() => world?.close());

  const publishes = (user: NatsUser, subject: string): Promise<unknown> =>
    jetstream(as(user), { timeout: 1_000 }).publish(subject, 'forged');
  const firstMessage = async (user: NatsUser, stream: string): Promise<string | undefined> => {
    const consumer = await jetstream(as(user), { timeout: 1_000 }).consumers.get(stream);
    return (await consumer.next({ expires: 1_000 }))?.string();
  };

  const others = NATS_USERS.filter((user) => user !== 'store');
  it.each(others)('%s may write neither the log nor public events', async (user) => {
    await expect(publishes(user, LOG_SUBJECT)).rejects.toThrow(/permissions violation/i);
    await expect(publishes(user, EVENT)).rejects.toThrow(/permissions violation/i);
  });

  const outsiders: readonly NatsUser[] = ['subscriber', 'worker', 'provisioner'];
  const readers = NATS_USERS.filter((user) => !outsiders.includes(user));
  it.each(readers)('%s follows the log', async (user) => {
    expect(await firstMessage(user, LOG_STREAM)).toBe('commit');
  });

  it('a subscriber reads public events, and not the log', async () => {
    expect(await firstMessage('subscriber', EVENTS_STREAM)).toBe('event');
    await expect(firstMessage('subscriber', LOG_STREAM)).rejects.toThrow(/permissions violation/i);
  });

  it.each(['worker', 'provisioner'] as const)('a %s reads neither the log nor public events', async (user) => {
    await expect(firstMessage(user, LOG_STREAM)).rejects.toThrow(/permissions violation/i);
    await expect(firstMessage(user, EVENTS_STREAM)).rejects.toThrow(/permissions violation/i);
  });

  it('a provisioner makes no jobs, and asks for no claims', async () => {
    const job = jobSubject('exec', 'pool', { uid: 'u-1', build: 1 });
    await expect(publishes('provisioner', job)).rejects.toThrow(/permissions violation/i);
    await expect(publishes('provisioner', CLAIM_SUBJECT)).rejects.toThrow(/permissions violation/i);
  });

  it('a worker answers the calls that reach it, each once', async () => {
    const subject = reconcileSubject('greeting');
    as('worker').subscribe(subject, {
      queue: WORKERS_QUEUE,
      callback: (_, call) => {
        call.respond('first');
        call.respond('second');
      },
    });
    await as('worker').flush();
    const answers: string[] = [];
    const replyTo = `${inboxPrefix('reconciler')}.answers`;
    as('reconciler').subscribe(replyTo, { callback: (_, answer) => void answers.push(answer.string()) });
    as('reconciler').publish(subject, 'call', { reply: replyTo });
    await eventually(() => answers.length > 0);
    await as('worker').flush();
    await as('reconciler').flush();
    expect(answers).toEqual(['first']);
  });

  it('a gateway asks the orchestrator for a workspace, and nobody else does', async () => {
    as('orchestrator').subscribe(CLAIM_SUBJECT, { callback: (_, call) => void call.respond('bound') });
    await as('orchestrator').flush();
    expect((await as('gateway').request(CLAIM_SUBJECT)).string()).toBe('bound');
    await expect(publishes('reconciler', CLAIM_SUBJECT)).rejects.toThrow(/permissions violation/i);
  });

  it('a worker listens to calls in its queue group alone, and answers nobody who did not ask', async () => {
    const alone = as('worker').subscribe(reconcileSubject('greeting'));
    await expect(
      as('worker')
        .flush()
        .then(() => alone.closed),
    ).resolves.toBeInstanceOf(Error);
    await expect(publishes('worker', `${inboxPrefix('reconciler')}.forged`)).rejects.toThrow(/permissions violation/i);
  });

  it("a subscriber's client works as it comes, without an inbox prefix", async () => {
    const pass = new URL(nats.url('subscriber')).password;
    const nc = await connect({ servers: `127.0.0.1:${nats.port}`, user: 'subscriber', pass });
    const consumer = await jetstream(nc).consumers.get(EVENTS_STREAM);
    expect((await consumer.next({ expires: 1_000 }))?.string()).toBe('event');
    await nc.close();
  });

  it.each(NATS_USERS.filter((user) => user !== 'operator'))('%s may not delete from the log', async (user) => {
    const { streams } = await manager(user);
    await expect(streams.purge(LOG_STREAM)).rejects.toThrow(/permissions violation/i);
    await expect(streams.deleteMessage(LOG_STREAM, 1)).rejects.toThrow(/permissions violation/i);
    await expect(streams.delete(LOG_STREAM)).rejects.toThrow(/permissions violation/i);
  });

  it('nobody may delete a stream, the operator cuts a prefix of the log', async () => {
    const { streams } = await manager('operator');
    await expect(streams.delete(LOG_STREAM)).rejects.toThrow(/permissions violation/i);
    expect(await streams.purge(LOG_STREAM, { seq: 1 })).toMatchObject({ purged: 0 });
  });

  it('the store keeps snapshots in its bucket', async () => {
    const bucket = await new Objm(jetstream(as('store'))).create(SNAPSHOT_BUCKET);
    await bucket.putBlob({ name: 'manifest' }, Buffer.from('first'));
    await bucket.putBlob({ name: 'manifest' }, Buffer.from('second'));
    expect(Buffer.from((await bucket.getBlob('manifest')) ?? []).toString()).toBe('second');
    await bucket.delete('manifest');
  });

  it('nobody listens to the answers that another user gets', async () => {
    const heard = as('subscriber').subscribe('_INBOX_store.>');
    await expect(
      as('subscriber')
        .flush()
        .then(() => heard.closed),
    ).resolves.toBeInstanceOf(Error);
  });
});
