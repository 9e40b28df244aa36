/**
 * Keeps a record of each run worth telling of, behind the runs and never in their way. Records wait in memory, go out in
 * batches one after the other, and the last of a batch is acknowledged: what came before it on this connection is
 * stored then, too. Without an acknowledgement the batch goes out again, and what no longer fits behind it is dropped.
 *
 *   record() ──► waiting (bounded) ──► batch ──► acknowledged ──► next batch
 *                   └► full: counted        └► not: the stream is opened again, then the same batch
 */
import { setTimeout as delay } from 'node:timers/promises';

import { runSubject } from '@holdfast/contracts';
import type { RunRecord } from '@holdfast/contracts';
import type { Logger } from '@holdfast/nest-platform';
import type { RunReport } from '@holdfast/reconcile';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

import { hasNews, isEventful, recordOf } from './record-of.js';
import { openRunsStream } from './runs-stream.js';
import type { RunsStreamOptions } from './runs-stream.js';

const MOST_WAITING = 10_000;
const BATCH = 200;
const ACK_LIMIT_MS = 5_000;
const AGAIN_MS = 500;
/** How long a stop waits for what is left. */
const GRACE_MS = 2_000;

export interface RunRecorderOptions {
  readonly nc: NatsConnection;
  readonly stream: RunsStreamOptions;
  readonly metrics: Registry;
  readonly logger: Logger;
  /** Controllers that look at every object there is: of their runs, only the eventful are recorded. */
  readonly housekeepers: readonly string[];
}

export class RunRecorder {
  private readonly waiting: RunRecord[] = [];
  private readonly dropped: Counter;
  private readonly stopping = new AbortController();
  private publishing: Promise<void> | undefined;
  private isOpen = false;
  /** Said once, until it works again. */
  private isAway = false;

  constructor(private readonly options: RunRecorderOptions) {
    this.dropped = new Counter({
      name: 'holdfast_run_records_dropped_total',
      help: 'Records of runs that were dropped because NATS did not take them.',
      registers: [options.metrics],
    });
  }

  /** Takes the run in and returns at once; `uid` is that of its object, where there still is one. */
  record(run: RunReport, uid: string | undefined): void {
    if (!this.isWorthRecording(run)) return;
    if (this.waiting.length >= MOST_WAITING) {
      this.dropped.inc();
      return;
    }
    this.waiting.push(recordOf(run, uid));
    this.publishing ??= this.publishAll();
  }

  /** Resolves when everything is stored, or has had its time. */
  async stop(): Promise<void> {
    const late = delay(GRACE_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    await Promise.race([this.publishing, late]);
    this.stopping.abort();
    this.dropped.inc(this.waiting.length);
    this.waiting.length = 0;
  }

  /** Else the records of ten thousand healthy objects would push out those that somebody needs. */
  private isWorthRecording(run: RunReport): boolean {
    return isEventful(run) || (hasNews(run) && !this.options.housekeepers.includes(run.controller));
  }

  private async publishAll(): Promise<void> {
    // One turn of the event loop: runs that end together go out together.
    await delay(0);
    while (this.waiting.length > 0 && !this.stopping.signal.aborted) {
      const batch = this.waiting.slice(0, BATCH);
      if (await this.publish(batch)) this.waiting.splice(0, batch.length);
      else await delay(AGAIN_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
    this.publishing = undefined;
  }

  private async publish(batch: readonly RunRecord[]): Promise<boolean> {
    const { nc, stream, logger } = this.options;
    try {
      if (!this.isOpen) await openRunsStream(nc, stream);
      this.isOpen = true;
      const messages = batch.map((record) => ({ subject: subjectOf(record), data: JSON.stringify(record) }));
      const last = messages.pop();
      for (const { subject, data } of messages) nc.publish(subject, data);
      if (last !== undefined) {
        await jetstream(nc).publish(last.subject, last.data, { timeout: ACK_LIMIT_MS, retries: 0 });
      }
      this.isAway = false;
      return true;
    } catch (error) {
      // A stream that somebody deleted is made again.
      this.isOpen = false;
      if (!this.isAway) logger.warn({ err: error }, 'the records of runs cannot be stored yet');
      this.isAway = true;
      return false;
    }
  }
}

const subjectOf = ({ controller, id, object }: RunRecord): string => runSubject({ controller, id, key: object });
