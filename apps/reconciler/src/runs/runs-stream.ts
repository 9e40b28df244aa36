/** The stream of run records: for explanations, not for decisions; so it is bounded, and nobody waits for its fsyncs. */
import { RUNS_STREAM, RUNS_SUBJECTS } from '@holdfast/contracts';
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

export interface RunsStreamOptions {
  readonly replicas: 1 | 3;
  /** The oldest records go first. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** Makes the stream, or gives the one there is these limits. */
export const openRunsStream = async (nc: NatsConnection, options: RunsStreamOptions): Promise<void> => {
  const { streams } = await jetstreamManager(nc, { checkAPI: false });
  const wanted = { max_bytes: options.maxBytes, max_age: options.maxAgeMs * NANOS_PER_MS };
  const existing = await findStream(streams);
  if (existing === undefined) {
    await streams.add({ ...unchanging(options), ...wanted });
  } else if (existing.config.max_bytes !== wanted.max_bytes || existing.config.max_age !== wanted.max_age) {
    await streams.update(RUNS_STREAM, wanted);
  }
};

const unchanging = ({ replicas }: RunsStreamOptions) => ({
  name: RUNS_STREAM,
  description: 'The runs of controllers, one subject per run.',
  subjects: [RUNS_SUBJECTS],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  num_replicas: replicas,
  allow_direct: true,
  // A record that is sent twice has the same subject and counts once; message ids are not used.
  duplicate_window: 100 * NANOS_PER_MS,
  ...(replicas === 1 ? { persist_mode: PersistMode.Async } : {}),
});

const findStream = async (streams: JetStreamManager['streams']): Promise<StreamInfo | undefined> => {
  try {
    return await streams.info(RUNS_STREAM);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
};
