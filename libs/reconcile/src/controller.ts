/**
 * Runs one reconciler: changes in, keys queued, runs out. Level-based: a run sees the newest state, not the change.
 *
 * One place, `settle`, turns outcomes into queue calls; a reconciler that throws, hangs past its limit or returns
 * nonsense harms only its own key.
 */
import { keyText, parseKeyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';
import { assertNever } from '@holdfast/kernel';

import { objectTypeText } from './object-cache.js';
import type { Change } from './object-cache.js';
import { retry } from './outcome.js';
import type { Outcome } from './outcome.js';
import type { Cause, ObjectReader, ObjectWriter, ReconcilerDefinition } from './reconciler.js';
import { PRIORITY, WorkQueue } from './work-queue.js';
import type { Clock } from './work-queue.js';

/** What the controller tells of each run, for logs and metrics. */
export interface RunReport {
  readonly controller: string;
  readonly key: ObjectKey;
  readonly outcome: Outcome;
  readonly attempt: number;
  readonly durationMs: number;
  readonly cause: Cause | undefined;
}

export interface ControllerPorts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly wallClock: () => Date;
  readonly read: ObjectReader;
  /** A writer whose writes name this controller and the cause of the run, and which writes nothing once `signal` is aborted. */
  readonly writerFor: (controller: string, cause: Cause | undefined, signal: AbortSignal) => ObjectWriter;
  readonly report: (report: RunReport) => void;
}

const DEFAULT_TIMEOUT_MS = 30_000;

export class Controller {
  readonly queue: WorkQueue;
  private readonly causes = new Map<string, Cause>();
  private workers: Promise<void>[] = [];

  constructor(
    readonly definition: ReconcilerDefinition,
    private readonly ports: ControllerPorts,
  ) {
    const { clock, random } = ports;
    this.queue = new WorkQueue({ clock, random, ...(definition.backoff ? { backoff: definition.backoff } : {}) });
  }

  start(): void {
    const count = this.definition.concurrency ?? 1;
    this.workers = Array.from({ length: count }, () => this.work());
  }

  /** Wakes the keys that this change concerns. */
  observe(change: Change, cause: Cause | undefined): void {
    const priority = cause === undefined ? PRIORITY.resync : PRIORITY.change;
    for (const watch of this.definition.watches) {
      if (watch.type !== 'any' && objectTypeText(watch.type) !== objectTypeText(change.key)) continue;
      for (const key of watch.wakes(change, this.ports.read)) {
        const text = keyText(key);
        if (cause !== undefined) this.causes.set(text, cause);
        this.queue.add(text, priority);
      }
    }
  }

  async stop(): Promise<void> {
    await this.queue.drain();
    await Promise.all(this.workers);
  }

  private async work(): Promise<void> {
    for (let text = await this.queue.take(); text !== undefined; text = await this.queue.take()) {
      await this.runOnce(text);
    }
  }

  private async runOnce(text: string): Promise<void> {
    const key = parseKeyText(text);
    const cause = this.causes.get(text);
    this.causes.delete(text);
    const attempt = this.queue.failuresOf(text);
    const started = this.ports.clock.now();
    const outcome = await this.reconcile(key, cause, attempt);
    this.settle(text, outcome);
    this.queue.done(text);
    const durationMs = this.ports.clock.now() - started;
    this.ports.report({ controller: this.definition.name, key, outcome, attempt, durationMs, cause });
  }

  private async reconcile(key: ObjectKey, cause: Cause | undefined, attempt: number): Promise<Outcome> {
    const limitMs = this.definition.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const abort = new AbortController();
    let cancel = (): void => undefined;
    const limit = new Promise<Outcome>((resolve) => {
      cancel = this.ports.clock.after(limitMs, () => {
        abort.abort();
        resolve(retry(new Error(`not finished within ${limitMs} ms`)));
      });
    });
    const { read, wallClock, writerFor } = this.ports;
    const write = writerFor(this.definition.name, cause, abort.signal);
    const run = { key, cause, attempt, now: wallClock(), signal: abort.signal, read, write };
    try {
      return checked(await Promise.race([this.definition.reconcile(run), limit]));
    } catch (error) {
      return retry(error instanceof Error ? error : new Error(String(error)));
    } finally {
      cancel();
    }
  }

  private settle(text: string, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'done':
      case 'stalled':
        this.queue.forget(text);
        return;
      case 'after':
        this.queue.forget(text);
        this.queue.addAfter(text, outcome.ms);
        return;
      case 'waiting':
        this.queue.forget(text);
        if (outcome.ms !== undefined) this.queue.addAfter(text, outcome.ms);
        return;
      case 'retry':
        this.queue.retry(text);
        return;
      default:
        assertNever(outcome);
    }
  }
}

const KINDS = new Set<unknown>(['done', 'after', 'waiting', 'stalled', 'retry']);

const checked = (outcome: Outcome): Outcome => {
  const kind: unknown = (outcome as Outcome | undefined)?.kind;
  if (KINDS.has(kind)) return outcome;
  return retry(new TypeError(`a reconciler must return an outcome, not ${JSON.stringify(outcome)}`));
};
