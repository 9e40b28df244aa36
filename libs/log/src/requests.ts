/**
 * Requests over one inbox. Where one request is in flight at a time and its latency is everybody's, the
 * client's own `request` (two Error objects with stack traces each) is too much.
 */
import type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/transport-node';

import { LogUnavailableError } from './errors.js';
import { newInbox } from './inbox.js';
import type { Link } from './link.js';

interface Pending {
  readonly subject: string;
  readonly resolve: (msg: Msg) => void;
  readonly reject: (error: Error) => void;
  readonly cleanUp: () => void;
}

export interface Question {
  readonly subject: string;
  readonly payload: Uint8Array | string;
  readonly headers?: MsgHdrs;
  readonly timeoutMs: number;
  /** Gives up waiting for the reply. */
  readonly signal?: AbortSignal | undefined;
}

const NO_RESPONDERS = 503;

export class Requests {
  readonly #nc: NatsConnection;
  readonly #link: Link;
  readonly #inbox: string;
  readonly #pending = new Map<string, Pending>();
  readonly #subscription: Subscription;
  readonly #unwatch: () => void;
  #asked = 0;

  constructor(link: Link) {
    this.#nc = link.nc;
    this.#link = link;
    this.#inbox = `${newInbox(link.nc)}.`;
    this.#subscription = this.#nc.subscribe(`${this.#inbox}*`, { callback: (error, msg) => this.#settle(error, msg) });
    this.#unwatch = link.onChange(() => {
      if (!link.connected) this.#rejectAll('the connection to NATS was lost');
    });
  }

  /** The first reply; throws LogUnavailableError after the time-out, without responders, or when NATS goes away. */
  ask(question: Question): Promise<Msg> {
    const { subject, payload, headers, timeoutMs, signal } = question;
    if (!this.#link.connected) return Promise.reject(new LogUnavailableError(`${subject}: NATS is away`));
    if (signal?.aborted === true) return Promise.reject(new LogUnavailableError(`${subject}: given up`));
    return new Promise((resolve, reject) => {
      const token = String(++this.#asked);
      const timer = setTimeout(() => this.#fail(token, `no answer within ${timeoutMs} ms`), timeoutMs);
      const giveUp = (): void => this.#fail(token, 'given up');
      signal?.addEventListener('abort', giveUp);
      const cleanUp = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      };
      this.#pending.set(token, { subject, resolve, reject, cleanUp });
      try {
        this.#nc.publish(subject, payload, {
          reply: this.#inbox + token,
          ...(headers === undefined ? {} : { headers }),
        });
      } catch (error) {
        this.#fail(token, error instanceof Error ? error.message : String(error));
      }
    });
  }

  close(): void {
    this.#unwatch();
    this.#rejectAll('the log was closed');
    this.#subscription.unsubscribe();
  }

  #settle(error: Error | null, msg: Msg): void {
    if (error !== null) {
      this.#rejectAll(error.message);
      return;
    }
    const token = msg.subject.slice(this.#inbox.length);
    if (msg.data.length === 0 && msg.headers?.code === NO_RESPONDERS) {
      this.#fail(token, 'no responders');
      return;
    }
    this.#take(token)?.resolve(msg);
  }

  #fail(token: string, why: string): void {
    const pending = this.#take(token);
    pending?.reject(new LogUnavailableError(`${pending.subject}: ${why}`));
  }

  #rejectAll(why: string): void {
    for (const token of [...this.#pending.keys()]) this.#fail(token, why);
  }

  #take(token: string): Pending | undefined {
    const pending = this.#pending.get(token);
    if (pending === undefined) return undefined;
    this.#pending.delete(token);
    pending.cleanUp();
    return pending;
  }
}
