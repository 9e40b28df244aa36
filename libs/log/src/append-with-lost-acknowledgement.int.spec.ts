import { eventually, startLossyProxy, startNats, testCommit } from '@holdfast/testing';
import type { LossyProxy, TestNats } from '@holdfast/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import { JetStreamCommitLog } from './jetstream-commit-log.js';

describe('an append whose acknowledgement is lost on the way', () => {
  let nats: TestNats;
  let proxy: LossyProxy;
  const connections: NatsConnection[] = [];
  let behindProxy: JetStreamCommitLog;
  let direct: JetStreamCommitLog;

  const open = async (port: number): Promise<JetStreamCommitLog> => {
    const nc = await connect({ port, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
    connections.push(nc);
    return JetStreamCommitLog.open({ nc, replicas: 1, create: true, sync: { trust: true } });
  };

  beforeAll(async () => {
    nats = await startNats();
    proxy = await startLossyProxy(nats.port);
    direct = await open(nats.port);
    behindProxy = await open(proxy.port);
  });
  afterAll(async () => {
    await Promise.allSettled(connections.map((nc) => nc.close()));
    await proxy?.close();
    await nats?.close();
  });

  it('is settled as accepted, once, when the connection is back', async () => {
    const expectedSequence = await direct.end();
    proxy.swallowReplies();
    const outcome = behindProxy.append({ ...testCommit('lost ack'), expectedSequence });
    await eventually(async () => (await direct.end()) === expectedSequence + 1);
    proxy.heal();

    expect(await outcome).toEqual({ status: 'accepted', sequence: expectedSequence + 1 });
    expect(await direct.end()).toBe(expectedSequence + 1);
  });

  it('is settled as accepted though others appended behind it meanwhile', async () => {
    const expectedSequence = await direct.end();
    proxy.swallowReplies();
    const outcome = behindProxy.append({ ...testCommit('overtaken'), expectedSequence });
    await eventually(async () => (await direct.end()) === expectedSequence + 1);
    await direct.append({ ...testCommit('behind it'), expectedSequence: expectedSequence + 1 });
    proxy.heal();

    expect(await outcome).toEqual({ status: 'accepted', sequence: expectedSequence + 1 });
    expect(await direct.end()).toBe(expectedSequence + 2);
  });

  it('is settled as refused when another took its place before it arrived', async () => {
    const expectedSequence = await direct.end();
    await nats.pause();
    const outcome = behindProxy.append({ ...testCommit('deposed'), expectedSequence });
    proxy.heal();
    nats.resume();
    const rival = await direct.append({ ...testCommit('successor'), expectedSequence });

    const winner = (await direct.read(expectedSequence + 1))?.header.id;
    expect([(await outcome).status, rival.status]).toEqual(
      winner === 'deposed' ? ['accepted', 'refused'] : ['refused', 'accepted'],
    );
    expect(await direct.end()).toBe(expectedSequence + 1);
  });
});
