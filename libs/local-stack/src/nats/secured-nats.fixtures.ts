/** A server with the product's accounts and users, somebody connected as each, and the streams as the store makes them. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import {
  EVENTS_STREAM,
  EVENTS_SUBJECTS,
  inboxPrefix,
  LOG_STREAM,
  LOG_SUBJECT,
  MIRROR_PREFIX,
  PUBLIC_API,
  SERVICES_API,
} from '@holdfast/contracts';
import { startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';

import { NATS_USERS } from './permissions.js';
import type { NatsUser } from './permissions.js';

export const EVENT = 'hf.evt.core.namespaces._.default';

export interface SecuredNats {
  readonly nats: TestNats;
  as(user: NatsUser): NatsConnection;
  manager(user: NatsUser): Promise<JetStreamManager>;
  close(): Promise<void>;
}

/** The log has one commit and the public stream one event. */
export const startSecuredNats = async (): Promise<SecuredNats> => {
  const nats = await startNats({ secure: true });
  const connections = new Map<NatsUser, NatsConnection>();
  for (const user of NATS_USERS) {
    const pass = new URL(nats.url(user)).password;
    const options = { servers: `127.0.0.1:${nats.port}`, user, pass, inboxPrefix: inboxPrefix(user) };
    connections.set(user, await connect(options));
  }
  const as = (user: NatsUser): NatsConnection => connections.get(user) as NatsConnection;
  const manager = (user: NatsUser): Promise<JetStreamManager> =>
    jetstreamManager(as(user), { checkAPI: false, timeout: 1_000 });
  const { streams } = await manager('store');
  await streams.add({ name: LOG_STREAM, subjects: ['hf.log.>'] });
  await streams.add({ name: EVENTS_STREAM, subjects: [EVENTS_SUBJECTS] });
  const inPublic = await jetstreamManager(as('store'), { checkAPI: false, apiPrefix: PUBLIC_API });
  const external = { api: SERVICES_API, deliver: MIRROR_PREFIX };
  await inPublic.streams.add({ name: EVENTS_STREAM, allow_direct: true, mirror: { name: EVENTS_STREAM, external } });
  await jetstream(as('store')).publish(LOG_SUBJECT, 'commit');
  await jetstream(as('store')).publish(EVENT, 'event');
  return {
    nats,
    as,
    manager,
    close: async () => {
      await Promise.allSettled([...connections.values()].map((nc) => nc.close()));
      await nats.close();
    },
  };
};
