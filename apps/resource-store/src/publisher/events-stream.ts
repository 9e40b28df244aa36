/**
 * The stream of public events. Everything in it follows from the log: event number n of the log stands at sequence n,
 * so a lost tail is published again at the same sequences.
 */
import { EVENTS_STREAM, EVENTS_SUBJECTS } from '@holdfast/contracts';
import type { Replicas } from '@holdfast/log';
import { JetStreamApiCodes, jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

import { codeOf, ensureStream, keptConfig, NANOS_PER_MS } from './stream-config.js';
import type { EventsLimits } from './stream-config.js';

/** Name of the header that carries the event's id. */
export const EVENT_ID_HEADER = 'ce-id';

/** Where the stream ends: how many events it ever held, and the version of the last if that is still kept. */
export interface EventsEnd {
  readonly sequence: number;
  readonly version: number | undefined;
}

export class EventsStream {
  private constructor(private readonly manager: JetStreamManager) {}

  /** Makes the stream, or gives the one there is these limits. */
  static async open(nc: NatsConnection, replicas: Replicas, limits: EventsLimits): Promise<EventsStream> {
    const manager = await jetstreamManager(nc, { checkAPI: false });
    await ensureStream(manager, sourceConfig(replicas, limits));
    return new EventsStream(manager);
  }

  async end(): Promise<EventsEnd> {
    const { state } = await this.manager.streams.info(EVENTS_STREAM);
    if (state.last_seq === 0) return { sequence: 0, version: 0 };
    const message = await this.messageAt(state.last_seq);
    const id = message?.header.get(EVENT_ID_HEADER);
    return { sequence: state.last_seq, version: id === undefined || id === '' ? undefined : Number(id) };
  }

  private async messageAt(sequence: number) {
    try {
      return await this.manager.streams.getMessage(EVENTS_STREAM, { seq: sequence });
    } catch (error) {
      if (codeOf(error) === JetStreamApiCodes.NoMessageFound) return null;
      throw error;
    }
  }
}

const sourceConfig = (replicas: Replicas, limits: EventsLimits) => ({
  ...keptConfig(replicas, limits),
  description: 'Every event of the log, one subject per object.',
  subjects: [EVENTS_SUBJECTS],
  // Repeats are told by expected sequences; message ids are not used.
  duplicate_window: 100 * NANOS_PER_MS,
});
