/**
 * Publishes every event of the log, in order, once. Its position is the public stream's own end:
 *
 *   find the end ──► follow the log behind it ──► publish in bursts, each message expecting the one before
 *        ▲                                                │
 *        └────────── a burst was not acknowledged ◄───────┘
 *
 * The expectations keep two publishers apart, too; nothing else has to.
 */
import { Link, Requests } from '@holdfast/log';
import type { CommitLog } from '@holdfast/log';
import type { NatsConnection } from '@nats-io/transport-node';

import type { ReachPoint } from '../fault.js';
import type { EventsStream } from './events-stream.js';
import { Outbox } from '../feeds/outbox.js';
import { publishBurst } from './publish-burst.js';
import type { PublishedEvent } from './publish-burst.js';
import { positionBehind } from './publish-position.js';
import type { LogCount, PublishPosition } from './publish-position.js';

const BURST_EVENTS = 256;
const BURST_BYTES = 1024 * 1024;
const WAITING_BYTES = 4 * BURST_BYTES;
const RETRY_MS = 200;

export interface PublisherOptions {
  readonly nc: NatsConnection;
  readonly log: Pick<CommitLog, 'follow' | 'read' | 'readEvent'>;
  /** Opens the stream of public events, made where it is missing. */
  readonly openStream: () => Promise<EventsStream>;
  readonly reach: ReachPoint;
  /** A place in the log at which the number of events before it is known. */
  readonly known: LogCount;
  /** So many events of the log are public now. */
  readonly published: (events: number) => void;
  /** A burst was not acknowledged; the publisher finds its position again. */
  readonly interrupted: (error: unknown) => void;
}

export class Publisher {
  constructor(private readonly options: PublisherOptions) {}

  /** Publishes until the signal ends it. */
  async run(signal: AbortSignal): Promise<void> {
    const link = new Link(this.options.nc);
    const requests = new Requests(link);
    try {
      while (!signal.aborted) {
        try {
          await this.publishOn(requests, signal);
        } catch (error) {
          if (signal.aborted) return;
          this.options.interrupted(error);
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    } finally {
      requests.close();
      link.close();
    }
  }

  private async publishOn(requests: Requests, signal: AbortSignal): Promise<void> {
    const { log, openStream, known, published } = this.options;
    const stream = await openStream();
    const end = await stream.end();
    const position = await positionBehind(log, end, known);
    published(end.sequence);
    const following = new AbortController();
    const outbox = new Outbox<PublishedEvent>(WAITING_BYTES);
    const stop = (): void => {
      following.abort();
      outbox.close();
    };
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      await Promise.all([
        this.collect(outbox, position, following.signal).finally(stop),
        this.send(requests, outbox, end.sequence).finally(stop),
      ]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  private async collect(outbox: Outbox<PublishedEvent>, from: PublishPosition, signal: AbortSignal): Promise<void> {
    for await (const commit of this.options.log.follow({ after: from.sequence - 1, signal })) {
      for (const event of commit.events) {
        if (event.version > from.version) outbox.put({ event, commit }, event.object.length);
      }
      await outbox.hasRoom();
    }
  }

  private async send(requests: Requests, outbox: Outbox<PublishedEvent>, from: number): Promise<void> {
    const { nc, reach, published } = this.options;
    let sequence = from;
    for (;;) {
      const burst = await outbox.take(BURST_EVENTS, BURST_BYTES);
      if (burst.length === 0) return;
      reach('before-publish');
      sequence = await publishBurst({ nc, requests }, burst, sequence);
      reach('after-publish');
      published(sequence);
    }
  }
}
