/**
 * Calls of workers over NATS. Each call has a reply subject of its own; what comes there after the call has ended (an
 * answer after the deadline or after the key moved, or a second one) is counted and ignored.
 */
import { createInbox } from '@nats-io/transport-node';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

import { decodeToken, encodeToken, parseWorkerSubject, reconcileSubject, WORKER_SUBJECTS } from '@holdfast/contracts';
import { METRIC_PREFIX } from '@holdfast/nest-platform';

export type WorkerReply =
  { readonly kind: 'answer'; readonly data: Uint8Array } | { readonly kind: 'noWorker' } | { readonly kind: 'timeout' };

export interface WorkerCall {
  readonly controller: string;
  /** Unique. */
  readonly run: string;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  /** Aborted, the call rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

export interface WorkerCallsOptions {
  readonly nc: NatsConnection;
  /** The prefix of subjects that this connection may listen to. */
  readonly inboxPrefix: string;
  readonly metrics: Registry;
}

/** The status that the server itself answers with where nobody listens. */
const NO_RESPONDERS = 503;

export class WorkerCalls {
  private readonly replies: string;
  private readonly pending = new Map<string, (reply: WorkerReply) => void>();
  private readonly ignored: Counter<'controller'>;

  constructor(private readonly options: WorkerCallsOptions) {
    this.replies = createInbox(options.inboxPrefix);
    this.ignored = new Counter({
      name: `${METRIC_PREFIX}reconcile_answers_ignored_total`,
      help: 'Answers of workers that came too late, or twice.',
      labelNames: ['controller'],
      registers: [options.metrics],
    });
  }

  /** Begins to listen; `workerCame` is told the name of a controller whenever a worker of it announces itself. */
  start(workerCame: (controller: string) => void): void {
    const { nc } = this.options;
    nc.subscribe(`${this.replies}.*.*`, { callback: (error, message) => void (error ?? this.take(message)) });
    nc.subscribe(WORKER_SUBJECTS, {
      callback: (error, { subject }) => void (error ?? workerCame(parseWorkerSubject(subject))),
    });
  }

  /** The largest message that the server takes, in bytes. */
  get maxBytes(): number {
    return this.options.nc.info?.max_payload ?? 0;
  }

  call({ controller, run, body, timeoutMs, signal }: WorkerCall): Promise<WorkerReply> {
    const reply = `${this.replies}.${encodeToken(controller)}.${run}`;
    return new Promise<WorkerReply>((resolve, reject) => {
      signal.throwIfAborted();
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.pending.delete(reply);
        settle();
      };
      const abort = (): void => end(() => reject(signal.reason as Error));
      const timer = setTimeout(() => end(() => resolve({ kind: 'timeout' })), timeoutMs);
      signal.addEventListener('abort', abort);
      this.pending.set(reply, (answer) => end(() => resolve(answer)));
      this.options.nc.publish(reconcileSubject(controller), body, { reply });
    });
  }

  private take(message: Msg): void {
    const settle = this.pending.get(message.subject);
    if (settle === undefined) {
      this.ignored.inc({ controller: decodeToken(message.subject.split('.').at(-2) ?? '') });
    } else if (message.data.length === 0 && message.headers?.code === NO_RESPONDERS) {
      settle({ kind: 'noWorker' });
    } else {
      settle({ kind: 'answer', data: message.data });
    }
  }
}
