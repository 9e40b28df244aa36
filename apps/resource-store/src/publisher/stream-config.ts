/** What the stream of public events and its mirror have in common. */
import { EVENTS_STREAM } from '@holdfast/contracts';
import type { Replicas } from '@holdfast/log';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  PersistMode,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import type { JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream';

export const NANOS_PER_MS = 1_000_000;

export interface EventsLimits {
  /** The oldest events go first; -1 keeps all. */
  readonly maxBytes: number;
  /** 0 keeps all. */
  readonly maxAgeMs: number;
}

export const keptConfig = (replicas: Replicas, { maxBytes, maxAgeMs }: EventsLimits) => ({
  name: EVENTS_STREAM,
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  num_replicas: replicas,
  max_bytes: maxBytes,
  max_age: maxAgeMs * NANOS_PER_MS,
  allow_direct: true,
  // The write path must not wait for this stream's fsyncs: what a crash takes from it is published again. A
  // replicated stream does not offer that.
  ...(replicas === 1 ? { persist_mode: PersistMode.Async } : {}),
});

/** Makes the stream, or gives the one there is these limits. */
export const ensureStream = async (
  manager: JetStreamManager,
  config: Partial<StreamConfig> & ReturnType<typeof keptConfig>,
): Promise<void> => {
  const existing = await findStream(manager);
  const { max_bytes, max_age } = config;
  if (existing === undefined) await manager.streams.add(config);
  else if (existing.config.max_bytes !== max_bytes || existing.config.max_age !== max_age)
    await manager.streams.update(EVENTS_STREAM, { max_bytes, max_age });
};

const findStream = async (manager: JetStreamManager): Promise<StreamInfo | undefined> => {
  try {
    return await manager.streams.info(EVENTS_STREAM);
  } catch (error) {
    if (codeOf(error) === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
};

export const codeOf = (error: unknown): number | undefined =>
  error instanceof JetStreamApiError ? error.code : undefined;
