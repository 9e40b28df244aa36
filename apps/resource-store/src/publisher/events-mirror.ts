/**
 * What subscribers read: a copy of the public events, at the same sequences, in an account of their own. A mirror has no
 * subjects, so nobody can publish into it, whatever subject a subscriber has its answers sent to.
 */
import { EVENTS_STREAM, MIRROR_PREFIX, PUBLIC_API, SERVICES_API } from '@holdfast/contracts';
import type { Replicas } from '@holdfast/log';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

import { ensureStream, keptConfig } from './stream-config.js';
import type { EventsLimits } from './stream-config.js';

/** Makes the mirror, or gives the one there is these limits; rejects where the server has no account for it. */
export const mirrorEvents = async (nc: NatsConnection, replicas: Replicas, limits: EventsLimits): Promise<void> => {
  const manager = await jetstreamManager(nc, { checkAPI: false, apiPrefix: PUBLIC_API });
  await ensureStream(manager, {
    ...keptConfig(replicas, limits),
    description: 'Every event of the log, for subscribers.',
    mirror: { name: EVENTS_STREAM, external: { api: SERVICES_API, deliver: MIRROR_PREFIX } },
  });
};
