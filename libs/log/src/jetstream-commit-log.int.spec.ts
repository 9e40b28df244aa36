import { commitLogContract, startNats } from '@holdfast/testing';
import { describe } from '@jest/globals';
import type { NatsConnection } from '@nats-io/transport-node';
import { connect } from '@nats-io/transport-node';

import { JetStreamCommitLog } from './jetstream-commit-log.js';

describe('the JetStream log', () => {
  commitLogContract(async () => {
    const server = await startNats();
    const connections: NatsConnection[] = [];
    return {
      server,
      open: async () => {
        const nc = await connect({ servers: server.url(), reconnectTimeWait: 50, maxReconnectAttempts: -1 });
        connections.push(nc);
        return JetStreamCommitLog.open({ nc, replicas: 1, create: true, sync: { monitorUrl: server.monitorUrl } });
      },
      close: async () => {
        await Promise.allSettled(connections.map((nc) => nc.close()));
        await server.close();
      },
    };
  });
});
