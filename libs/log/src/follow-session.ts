/**
 * One consumer of the log, from its creation until anything goes wrong with it.
 * One pull request is open at a time, and only while few messages wait here: that is the back-pressure.
 */
import { LOG_STREAM } from '@holdfast/contracts';
import { nuid } from '@nats-io/transport-node';
import type { Msg, Subscription } from '@nats-io/transport-node';

import { newInbox } from './inbox.js';
import type { JetStreamApi } from './jetstream-api.js';
import type { Link } from './link.js';

const BATCH = 512;
/** Ask for more when fewer than these wait. */
const LOW_WATER = 256;
const BATCH_BYTES = 16 * 1024 * 1024;
const PULL_EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 1_000;
/** Heartbeats missed for so long: the consumer or its server is gone. */
const SILENCE_MS = 3_500;
/** The server forgets a consumer that nobody pulls from. */
const FORGET_AFTER_MS = 30_000;

const NANOS_PER_MS = 1_000_000;
const HEARTBEAT = 100;
const NO_MESSAGES = 404;
const EXPIRED = 408;
const CONFLICT = 409;

/** A message of the log as it was delivered. */
export interface Delivery {
  readonly data: Uint8Array;
  readonly sequence: number;
  /** The log's own time of it, milliseconds since the epoch. */
  readonly timestamp: number;
}

export class FollowSession {
  readonly #name = `follow-${nuid.next()}`;
  readonly #inbox: string;
  readonly #waiting: Delivery[] = [];
  readonly #subscription: Subscription;
  readonly #cleanUp: (() => void)[] = [];
  #head = 0;
  #requested = 0;
  #heard = Date.now();
  #over = false;
  #wake: (() => void) | undefined;

  constructor(
    readonly api: JetStreamApi,
    readonly link: Link,
  ) {
    this.#inbox = newInbox(link.nc);
    this.#subscription = link.nc.subscribe(this.#inbox, { callback: (error, msg) => this.#receive(error, msg) });
    this.#cleanUp.push(link.onChange(() => this.end()));
    const watchdog = setInterval(() => {
      if (this.#requested > 0 && Date.now() - this.#heard > SILENCE_MS) this.end();
    }, HEARTBEAT_MS);
    this.#cleanUp.push(() => clearInterval(watchdog));
  }

  /** Lets the server know where to begin; nothing is delivered before the first `pull`. */
  async createConsumer(after: number): Promise<void> {
    await this.api.createConsumer({
      name: this.#name,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: after + 1,
      ack_policy: 'none',
      replay_policy: 'instant',
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: FORGET_AFTER_MS * NANOS_PER_MS,
    });
  }

  /** The next message; undefined once the session is over and all that came before was taken. */
  async next(): Promise<Delivery | undefined> {
    while (this.#head === this.#waiting.length) {
      if (this.#over) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const delivery = this.#waiting[this.#head++];
    if (this.#head === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#head = 0;
    }
    this.pull();
    return delivery;
  }

  /** Takes no more messages; those that are here can still be taken. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    for (const step of this.#cleanUp) step();
    this.#subscription.unsubscribe();
    this.#deleteConsumer();
    this.#wake?.();
  }

  /** Nobody waits for the answer: the server forgets the consumer by itself, this only makes it sooner. */
  #deleteConsumer(): void {
    if (!this.link.connected || this.link.nc.isClosed() || this.link.nc.isDraining()) return;
    this.link.nc.publish(`$JS.API.CONSUMER.DELETE.${LOG_STREAM}.${this.#name}`, '', {
      reply: `${this.#inbox}.deleted`,
    });
  }

  /** Asks for more messages, unless enough wait here or are asked for already. */
  pull(): void {
    if (this.#over || this.#requested > 0 || this.#waiting.length - this.#head > LOW_WATER) return;
    this.#requested = BATCH;
    this.#heard = Date.now();
    const request = {
      batch: BATCH,
      max_bytes: BATCH_BYTES,
      expires: PULL_EXPIRES_MS * NANOS_PER_MS,
      idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS,
    };
    this.link.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${LOG_STREAM}.${this.#name}`, JSON.stringify(request), {
      reply: this.#inbox,
    });
  }

  #receive(error: Error | null, msg: Msg): void {
    this.#heard = Date.now();
    if (error !== null) {
      this.end();
    } else if (msg.subject === this.#inbox) {
      this.#receiveStatus(msg.headers?.code ?? 0, msg.headers?.description ?? '');
    } else {
      this.#requested--;
      this.#waiting.push(deliveryOf(msg));
      this.#wake?.();
      this.pull();
    }
  }

  #receiveStatus(code: number, description: string): void {
    if (code === HEARTBEAT) return;
    const pullIsOver =
      code === NO_MESSAGES || code === EXPIRED || (code === CONFLICT && /max_?bytes|batch/i.test(description));
    if (!pullIsOver) {
      this.end();
      return;
    }
    this.#requested = 0;
    this.pull();
  }
}

/** `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<delivered>.<sequence>.<…>.<nanoseconds>.<pending>[.…]` */
const deliveryOf = (msg: Msg): Delivery => {
  const tokens = (msg.reply ?? '').split('.');
  const at = tokens.length === 9 ? 0 : 2;
  return {
    data: msg.data,
    sequence: Number(tokens[5 + at]),
    timestamp: Math.floor(Number(tokens[7 + at]) / NANOS_PER_MS),
  };
};
