/** How instances hear of each other: heartbeats on core NATS. None needs to arrive; safety never rests on them. */
import { commandSubject, HEARTBEAT_SUBJECT } from '@holdfast/contracts';
import type { Heartbeat } from '@holdfast/contracts';
import { errors } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import type { Leader } from '../state/store-state.js';

const PROBE_MS = 500;
/** A frame without commands: nobody answers it, but NATS tells when nobody is there to get it. */
const EMPTY_FRAME = Buffer.alloc(4);

export interface Announcements {
  announce(heartbeat: Heartbeat): void;
  /** Calls back for every heartbeat of others and of our own; returns what ends that. */
  listen(hear: (heartbeat: Heartbeat) => void): () => void;
  /** Whether nobody takes commands as this leader: its process is gone, or cut off. */
  isVacant(leader: Leader): Promise<boolean>;
}

export const natsAnnouncements = (nc: NatsConnection): Announcements => ({
  announce: (heartbeat) => {
    if (!nc.isClosed()) nc.publish(HEARTBEAT_SUBJECT, JSON.stringify(heartbeat));
  },
  listen: (hear) => {
    const subscription = nc.subscribe(HEARTBEAT_SUBJECT, {
      callback: (error, msg) => {
        if (error === null) hear(msg.json<Heartbeat>());
      },
    });
    return () => subscription.unsubscribe();
  },
  isVacant: async ({ instance, epoch }) => {
    try {
      await nc.request(commandSubject(instance, epoch), EMPTY_FRAME, { timeout: PROBE_MS });
      return false;
    } catch (error) {
      return (
        error instanceof errors.NoRespondersError || (error instanceof errors.RequestError && error.isNoResponders())
      );
    }
  },
});
