/** Puts jobs where workers find them; the streams are made by whoever leads. */
import { jobSubject, provisionCancelSubject, provisionWakeSubject } from '@holdfast/contracts';
import type { BuildName, JobQueue } from '@holdfast/contracts';
import { Link, Requests } from '@holdfast/log';
import { jobsConsumer, jobsStream, outputStream } from '@holdfast/provision';
import type { Job } from '@holdfast/provision';
import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

const PUBLISH_LIMIT_MS = 5_000;
/** The server's word for a job that is there already: `maximum messages per subject exceeded`. */
const ALREADY_THERE = 10077;
const QUEUES: readonly JobQueue[] = ['people', 'pool'];

/** What JetStream answers to a message that is to be stored. */
interface PubAck {
  readonly error?: { readonly err_code: number; readonly description: string };
}

export class JobsStream {
  private opened: Promise<void> | undefined;
  private readonly consumers = new Map<string, Promise<void>>();

  private readonly link: Link;
  /** The client's own `publish` makes two errors with their stacks for each, which is a twelfth of a claim here. */
  private readonly requests: Requests;

  constructor(
    private readonly nc: NatsConnection,
    private readonly replicas: 1 | 3,
  ) {
    this.link = new Link(nc);
    this.requests = new Requests(this.link);
  }

  close(): void {
    this.requests.close();
    this.link.close();
  }

  /** Resolves when the job waits for a worker, from now or from before. */
  async dispatch(provisioner: string, queue: JobQueue, job: Job): Promise<void> {
    try {
      await this.prepare(provisioner);
      await this.publish(jobSubject(provisioner, queue, job), JSON.stringify(job));
    } catch (error) {
      // What somebody deleted, or what could not be made, is made the next time.
      this.opened = undefined;
      this.consumers.clear();
      throw error;
    }
    this.nc.publish(provisionWakeSubject(provisioner));
  }

  /** Tells whoever works on it that nobody wants it any more. */
  cancel(build: BuildName): void {
    this.nc.publish(provisionCancelSubject(build));
  }

  private async publish(subject: string, payload: string): Promise<void> {
    const reply = await this.requests.ask({ subject, payload, timeoutMs: PUBLISH_LIMIT_MS });
    const { error } = reply.json<PubAck>();
    if (error !== undefined && error.err_code !== ALREADY_THERE)
      throw new Error(`the job was not taken as ${subject}: ${error.description}`);
  }

  private async prepare(provisioner: string): Promise<void> {
    this.opened ??= this.open();
    await this.opened;
    const made = this.consumers.get(provisioner) ?? this.makeConsumers(provisioner);
    this.consumers.set(provisioner, made);
    await made;
  }

  private async open(): Promise<void> {
    const { streams } = await this.manager();
    const { replicas } = this;
    const jobs = { ...jobsStream(replicas), retention: RetentionPolicy.Workqueue, discard: DiscardPolicy.New };
    const output = { ...outputStream(replicas), retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old };
    for (const config of [jobs, output])
      await makeStream(streams, { ...config, subjects: [...config.subjects], storage: StorageType.File });
  }

  private async makeConsumers(provisioner: string): Promise<void> {
    const { consumers } = await this.manager();
    const { name } = jobsStream(this.replicas);
    for (const queue of QUEUES)
      await consumers.add(name, { ...jobsConsumer(provisioner, queue), ack_policy: AckPolicy.Explicit });
  }

  private manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.nc, { checkAPI: false });
  }
}

const makeStream = async (
  streams: JetStreamManager['streams'],
  config: Partial<StreamConfig> & { readonly name: string },
): Promise<void> => {
  try {
    await streams.info(config.name);
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound) throw error;
    await streams.add(config);
  }
};
