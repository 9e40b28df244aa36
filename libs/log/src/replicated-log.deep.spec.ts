/** Three servers, three copies: the same promises, and a leader that is killed in the middle of the work. */
import { LOG_STREAM } from '@holdfast/contracts';
import { commitLogContract, startNatsCluster, testCommit } from '@holdfast/testing';
import type { TestNatsCluster } from '@holdfast/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import { JetStreamCommitLog } from './jetstream-commit-log.js';

const openAt = async (cluster: TestNatsCluster, connections: NatsConnection[]): Promise<JetStreamCommitLog> => {
  const nc = await connect({
    servers: [...cluster.urls],
    reconnectTimeWait: 50,
    maxReconnectAttempts: -1,
    pingInterval: 1_000,
    maxPingOut: 2,
  });
  connections.push(nc);
  return JetStreamCommitLog.open({
    nc,
    replicas: 3,
    create: true,
    sync: { monitorUrl: cluster.monitorUrls.join(',') },
  });
};

describe('the JetStream log in three copies', () => {
  commitLogContract(async () => {
    const cluster = await startNatsCluster();
    const connections: NatsConnection[] = [];
    return {
      server: cluster,
      open: () => openAt(cluster, connections),
      close: async () => {
        await Promise.allSettled(connections.map((nc) => nc.close()));
        await cluster.close();
      },
    };
  });
});

describe('the leader of the stream is killed while commits are appended', () => {
  let cluster: TestNatsCluster;
  const connections: NatsConnection[] = [];
  beforeAll(async () => {
    cluster = await startNatsCluster();
  });
  afterAll(async () => {
    await Promise.allSettled(connections.map((nc) => nc.close()));
    await cluster?.close();
  });

  it('each commit is taken once, in order, and followers see the same', async () => {
    const count = 2_000;
    const log = await openAt(cluster, connections);
    const follower = await openAt(cluster, connections);
    const leader = async (): Promise<string> => {
      const { streams } = await jetstreamManager(await connection());
      return (await streams.info(LOG_STREAM)).cluster?.leader ?? '';
    };
    const connection = async (): Promise<NatsConnection> => {
      const nc = await connect({ servers: [...cluster.urls] });
      connections.push(nc);
      return nc;
    };
    const seen: string[] = [];
    const controller = new AbortController();
    const following = (async () => {
      for await (const commit of follower.follow({ after: 0, signal: controller.signal })) {
        seen.push(commit.header.id);
        if (seen.length === count) return;
      }
    })();

    for (let i = 0; i < count; i++) {
      if (i % 600 === 300) {
        const killed = await leader();
        await cluster.kill9(killed);
        setTimeout(() => void cluster.restart(killed), 1_000);
      }
      const outcome = await log.append({ ...testCommit(`commit ${i}`), expectedSequence: i });
      expect(outcome).toEqual({ status: 'accepted', sequence: i + 1 });
    }
    await following;

    expect(seen).toEqual(Array.from({ length: count }, (_, i) => `commit ${i}`));
  }, 120_000);
});
