/** One connection to NATS per process, that comes back by itself for ever. */
import { connect } from '@nats-io/transport-node';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';

import { inboxPrefix } from '@holdfast/contracts';

import type { HealthRegistry } from './health.js';
import type { Logger } from './logger.js';

const PING_INTERVAL_MS = 2_000;

export interface NatsOptions {
  /** `nats://user:password@host:port`, several separated by commas. */
  readonly url: string;
  /** Shown in the server's list of connections. */
  readonly name: string;
}

export const connectNats = async (options: NatsOptions): Promise<NatsConnection> =>
  connect({
    ...natsConnectionOptions(options.url),
    name: options.name,
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: 2,
  });

/** The client takes credentials as options, people give them in the URL. */
export const natsConnectionOptions = (url: string): ConnectionOptions => {
  const urls = url.split(',').map((text) => new URL(text.trim()));
  const credentials = urls.find((candidate) => candidate.username !== '');
  return {
    servers: urls.map((candidate) => candidate.host),
    ...(urls.some((candidate) => candidate.protocol === 'tls:') ? { tls: {} } : {}),
    ...(credentials === undefined
      ? {}
      : {
          user: decodeURIComponent(credentials.username),
          pass: decodeURIComponent(credentials.password),
          inboxPrefix: inboxPrefix(decodeURIComponent(credentials.username)),
        }),
  };
};

/** Adds the check `nats`, and logs when the connection goes and comes. */
export const watchNats = (nc: NatsConnection, health: HealthRegistry, logger: Logger): void => {
  health.add('nats', async () => {
    await nc.rtt();
  });
  void (async () => {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') logger.warn({ server: status.server }, 'NATS is away');
      if (status.type === 'reconnect') logger.info({ server: status.server }, 'NATS is back');
    }
  })();
};
