/** The jobs of one provisioner: those of people before those of pools. */
import { jobConsumer, JOBS_STREAM, provisionWakeSubject } from '@holdfast/contracts';
import type { JobQueue } from '@holdfast/contracts';

import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';

import { Delivery } from './delivery.js';

const ANSWER_LIMIT_MS = 5_000;

const ORDER: readonly JobQueue[] = ['people', 'pool'];

export class JobQueues {
  private readonly wakes: Subscription;

  constructor(
    private readonly nc: NatsConnection,
    private readonly provisioner: string,
    wake: () => void,
  ) {
    this.wakes = nc.subscribe(provisionWakeSubject(provisioner), { callback: wake });
  }

  /** The next job; undefined when there is none now. Rejects when NATS does not answer. */
  async next(): Promise<Delivery | undefined> {
    for (const queue of ORDER) {
      const subject = `$JS.API.CONSUMER.MSG.NEXT.${JOBS_STREAM}.${jobConsumer(this.provisioner, queue)}`;
      // Not a waiting pull: one that had waited for a pool's job could not be taken back when a person's comes.
      const answer = await this.nc.request(subject, JSON.stringify({ batch: 1, no_wait: true }), {
        timeout: ANSWER_LIMIT_MS,
        // A job comes under its own subject, by which answers that share one subscription are not found.
        noMux: true,
      });
      if (isJob(answer)) return new Delivery(this.nc, answer);
    }
    return undefined;
  }

  close(): void {
    this.wakes.unsubscribe();
  }
}

/** Else the server says that there is none, by a status. */
const isJob = ({ reply, headers }: Msg): boolean =>
  (headers?.code ?? 0) === 0 && (reply?.startsWith('$JS.ACK.') ?? false);
