/**
 * The stream of public events. Everything in it follows from the log: event number n of the log stands at sequence n,
 * so a lost tail is published again at the same sequences.
 */
import { EVENTS_STREAM, EVENTS_SUBJECTS } from '@holdfast/contracts';
import type { Replicas } from '@holdfast/log';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  PersistMode,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const NANOS_PER_MS = 1_000_000;

export interface EventsLimits {
  /** The oldest events go first; -1 keeps all. */
  readonly maxBytes: number;
  /** 0 keeps all. */
  readonly maxAgeMs: number;
}

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
    const config = streamConfig(replicas, limits);
    const existing = await findStream(manager);
    if (existing === undefined) {
      await manager.streams.add(config);
    } else if (existing.config.max_bytes !== config.max_bytes || existing.config.max_age !== config.max_age) {
      await manager.streams.update(EVENTS_STREAM, { max_bytes: config.max_bytes, max_age: config.max_age });
    }
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

const streamConfig = (replicas: Replicas, { maxBytes, maxAgeMs }: EventsLimits) => ({
  name: EVENTS_STREAM,
  description: 'Every event of the log, one subject per object.',
  subjects: [EVENTS_SUBJECTS],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  num_replicas: replicas,
  max_bytes: maxBytes,
  max_age: maxAgeMs * NANOS_PER_MS,
  allow_direct: true,
  // Repeats are told by expected sequences; message ids are not used.
  duplicate_window: 100 * NANOS_PER_MS,
  // The write path must not wait for this stream's fsyncs: what a crash takes from it is published again. A
  // replicated stream does not offer that.
  ...(replicas === 1 ? { persist_mode: PersistMode.Async } : {}),
});

const findStream = async (manager: JetStreamManager): Promise<StreamInfo | undefined> => {
  try {
    return await manager.streams.info(EVENTS_STREAM);
  } catch (error) {
    if (codeOf(error) === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
};

const codeOf = (error: unknown): number | undefined => (error instanceof JetStreamApiError ? error.code : undefined);
