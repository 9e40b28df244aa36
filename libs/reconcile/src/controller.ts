/**
 * Runs one reconciler: changes in, keys queued, runs out. Level-based: a run sees the newest state, not the change.
 *
 *   change ──► wakes keys ──► ours? ──► queue ──► run ──► outcome ──► status ──► queue, report
 *                              └► no: another replica's                  │
 *                                                      refused by the fence: the key has moved
 *
 * One place, `settle`, turns outcomes into queue calls; a reconciler that throws, hangs past its limit or returns
 * nonsense harms only its own key. The next run of a key begins when no write of the last one is on its way any more.
 */
import { keyText, parseKeyText } from '@holdfast/contracts';
import type { Fence, ObjectKey } from '@holdfast/contracts';
import { assertNever } from '@holdfast/kernel';

import { AwaitedObjects } from './awaited-objects.js';
import { objectTypeText, uidOf } from './object-cache.js';
import type { Change, ObjectState } from './object-cache.js';
import { checkOutcome, retry, retryThrown } from './outcome.js';
import type { Outcome } from './outcome.js';
import type {
  Cause,
  ObjectReader,
  ReconcilerDefinition,
  RunIdentity,
  RunWriter,
  WakeReason,
  Watch,
} from './reconciler.js';
import { nextStatus, STALLED, summaryMoves } from './status.js';
import { PRIORITY, WorkQueue } from './work-queue.js';
import type { Clock, QueueObserver } from './work-queue.js';
import { isConflict, KeyLetGo, WriteRefused } from './write-refused.js';

/** What the controller tells of each run, for logs, metrics, Events and explanations. */
export interface RunReport extends RunIdentity {
  readonly outcome: Outcome;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** From the waking of the key that the run tells as its cause until the run began. */
  readonly waitedMs: number;
  /** The resourceVersions of what the run wrote. */
  readonly writes: readonly number[];
  /** How long until the key runs again, if nothing wakes it before. */
  readonly againInMs: number | undefined;
  /** As the run left it; as the run found it, when it is gone since, or another has its name. */
  readonly object: ObjectState | undefined;
  /** The summary condition of the object has another status or reason since this run. */
  readonly moved: boolean;
}

/** Which keys are this replica's to work on. */
export interface Shares {
  /** The fence for writes about the key (none where nobody competes), or undefined when the key is another replica's. */
  shareOf(key: ObjectKey): { readonly fence: Fence | undefined } | undefined;
}

/** Where there is one replica only. */
export const ALL_SHARES: Shares = { shareOf: () => ({ fence: undefined }) };

export interface ControllerPorts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  /** A traceparent of its own for a run, in the trace of `parent` if there is one. */
  readonly newSpan: (parent: string | undefined) => string;
  readonly wallClock: () => Date;
  readonly read: ObjectReader;
  readonly shares: Shares;
  /** Writes for this run, and writes nothing once `signal` is aborted. */
  readonly writerFor: (run: RunIdentity, signal: AbortSignal) => RunWriter;
  readonly queueObserver: QueueObserver;
  readonly report: (report: RunReport) => void;
  readonly watchFailed: (failure: WatchFailure) => void;
}

/** A watch threw: whom this change concerns through it is not known until everything is looked at again. */
export interface WatchFailure {
  readonly controller: string;
  /** What changed. */
  readonly key: ObjectKey;
  readonly error: unknown;
}

interface Wake {
  readonly reason: WakeReason;
  readonly cause: Lead | undefined;
  readonly at: number;
}

/** A cause of which the story may not be known: then it is told from the run on. */
type Lead = Omit<Cause, 'correlationID'> & { readonly correlationID: string | undefined };

const DEFAULT_TIMEOUT_MS = 30_000;

export class Controller {
  readonly queue: WorkQueue;
  private readonly wakes = new Map<string, Wake>();
  private readonly awaited = new AwaitedObjects();
  /** What woke the keys that were taken, until their runs begin. */
  private readonly taken = new Map<string, Wake>();
  private readonly running = new Map<string, { readonly abort: AbortController; readonly ended: Promise<void> }>();
  private workers: Promise<void>[] = [];

  constructor(
    readonly definition: ReconcilerDefinition,
    private readonly ports: ControllerPorts,
  ) {
    const { name, concurrency = 1 } = definition;
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new RangeError(`the concurrency of "${name}" must be a whole number from 1, not ${concurrency}`);
    }
    if (definition.reports?.condition === STALLED) {
      throw new RangeError(`the condition of "${name}" cannot be ${STALLED}, which stands beside it`);
    }
    const { clock, random } = ports;
    const { backoff } = definition;
    this.queue = new WorkQueue({
      clock,
      random,
      ...(backoff === undefined ? {} : { backoff }),
      observer: ports.queueObserver,
      onTake: (text) => this.take(text),
    });
  }

  /** Runs that are under way. */
  get active(): number {
    return this.running.size;
  }

  start(): void {
    const count = this.definition.concurrency ?? 1;
    this.workers = Array.from({ length: count }, () => this.work());
  }

  /**
   * Wakes the keys that this change concerns, as far as they are ours and `isMeant`; without a cause everything is
   * looked at again, because of what is there.
   */
  observe(change: Change, cause: Cause | undefined, isMeant: (key: ObjectKey) => boolean = () => true): void {
    const keys = new Map<string, ObjectKey>();
    for (const watch of this.definition.watches) {
      if (watch.type !== 'any' && objectTypeText(watch.type) !== objectTypeText(change.key)) continue;
      for (const key of this.keysFor(change, watch)) keys.set(keyText(key), key);
    }
    for (const key of this.awaited.waitingFor(change.key)) keys.set(keyText(key), key);
    const wake = cause === undefined ? this.wakeOf('Resync', leadOf(change.after)) : this.wakeOf('Change', cause);
    for (const [text, key] of keys) if (isMeant(key)) this.wake(text, key, wake);
  }

  /** Lets go of keys that are not ours any more; resolves when nothing of ours is on its way about them. */
  async release(isLost: (key: ObjectKey) => boolean): Promise<void> {
    for (const text of [...this.queue.keys(), ...this.awaited.keys()]) {
      if (!isLost(parseKeyText(text))) continue;
      this.wakes.delete(text);
      this.awaited.forget(text);
      this.queue.discard(text);
    }
    const lost = [...this.running].filter(([text]) => isLost(parseKeyText(text)));
    for (const [, { abort }] of lost) abort.abort(LET_GO);
    await Promise.all(lost.map(([, { ended }]) => ended));
    await this.definition.released?.(isLost);
  }

  async stop(): Promise<void> {
    await this.queue.drain();
    await Promise.all(this.workers);
    await this.definition.released?.(() => true);
  }

  /** A watch that throws harms only its own keys. */
  private keysFor(change: Change, watch: Watch): readonly ObjectKey[] {
    try {
      return watch.wakes(change, this.ports.read);
    } catch (error) {
      this.ports.watchFailed({ controller: this.definition.name, key: change.key, error });
      return [];
    }
  }

  private wake(text: string, key: ObjectKey, wake: Wake): void {
    if (this.ports.shares.shareOf(key) === undefined) return;
    if (isTold(wake, this.wakes.get(text))) this.wakes.set(text, wake);
    this.queue.add(text, wake.reason === 'Change' ? PRIORITY.change : PRIORITY.resync);
  }

  private wakeOf(reason: WakeReason, cause: Lead | undefined): Wake {
    return { reason, cause, at: this.ports.clock.now() };
  }

  /** Wakes from here on are for the next run. */
  private take(text: string): void {
    const wake = this.wakes.get(text);
    if (wake !== undefined) this.taken.set(text, wake);
    this.wakes.delete(text);
  }

  private async work(): Promise<void> {
    for (let text = await this.queue.take(); text !== undefined; text = await this.queue.take()) {
      await this.runOnce(text);
    }
  }

  private async runOnce(text: string): Promise<void> {
    const key = parseKeyText(text);
    const share = this.ports.shares.shareOf(key);
    const now = this.ports.clock.now();
    const found = this.ports.read.get(key);
    const wake = this.taken.get(text) ?? this.wakeOf('Resync', leadOf(found));
    this.taken.delete(text);
    if (share === undefined) {
      this.queue.forget(text);
      this.queue.done(text);
      return;
    }
    const id = this.ports.newId();
    const cause = wake.cause && { ...wake.cause, correlationID: wake.cause.correlationID ?? id };
    const run: RunIdentity = {
      id,
      controller: this.definition.name,
      key,
      reason: wake.reason,
      cause,
      traceparent: this.ports.newSpan(wake.cause?.traceparent),
      attempt: this.queue.failuresOf(text),
      fence: share.fence,
    };
    const abort = new AbortController();
    let ended = (): void => undefined;
    this.running.set(text, { abort, ended: new Promise((resolve) => (ended = resolve)) });
    const startedAt = this.ports.wallClock();
    const writer = this.ports.writerFor(run, abort.signal);
    const reconciled = await this.reconcile(run, writer, abort);
    await writer.settled();
    const teller = this.ports.writerFor(run, NEVER_ABORTED);
    const isOurs = abort.signal.reason !== LET_GO;
    const { outcome, moved } = isOurs
      ? await this.reportStatus(run, found, teller, reconciled)
      : { outcome: reconciled, moved: false };
    this.running.delete(text);
    this.await(text, run, outcome);
    const againInMs = this.settle(text, outcome, run);
    this.queue.done(text);
    ended();
    const durationMs = this.ports.clock.now() - now;
    const writes = [...writer.versions, ...teller.versions];
    const object = this.sameAs(found) ?? found;
    const waitedMs = now - wake.at;
    this.ports.report({ ...run, outcome, object, startedAt, durationMs, waitedMs, writes, againInMs, moved });
  }

  private async reconcile(run: RunIdentity, write: RunWriter, abort: AbortController): Promise<Outcome> {
    const limitMs = this.definition.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    let cancel = (): void => undefined;
    const limit = new Promise<Outcome>((resolve) => {
      abort.signal.addEventListener('abort', () => resolve(retry(LET_GO)));
      cancel = this.ports.clock.after(limitMs, () => {
        resolve(retry(new RunTimeout(`not finished within ${limitMs} ms`)));
        abort.abort();
      });
    });
    const { read, wallClock } = this.ports;
    try {
      const result = this.definition.reconcile({ ...run, now: wallClock(), signal: abort.signal, read, write });
      return checkOutcome(await Promise.race([result, limit]));
    } catch (error) {
      return retryThrown(error instanceof Error ? error : new Error(String(error)));
    } finally {
      cancel();
    }
  }

  /** The newest state of the object that was seen; undefined when it is gone, even if another has its name. */
  private sameAs(seen: ObjectState | undefined): ObjectState | undefined {
    if (seen === undefined) return undefined;
    const object = this.ports.read.get(seen.key);
    return object !== undefined && uidOf(object) === uidOf(seen) ? object : undefined;
  }

  /** Writes what the outcome means for the status of the object that was seen; a refusal of that is the outcome then. */
  private async reportStatus(
    run: RunIdentity,
    seen: ObjectState | undefined,
    write: RunWriter,
    outcome: Outcome,
  ): Promise<{ readonly outcome: Outcome; readonly moved: boolean }> {
    const { reports } = this.definition;
    const unmoved = { outcome, moved: false };
    const object = this.sameAs(seen);
    // Somebody was faster: the newest state wakes the key, and there is nothing to tell of.
    if (reports === undefined || seen === undefined || object === undefined || isConflict(outcome)) return unmoved;
    if (this.ports.shares.shareOf(run.key) === undefined) return unmoved;
    const { version, condition } = reports;
    const status = nextStatus({ object, seen, outcome, condition, now: this.ports.wallClock() });
    if (status === undefined) return unmoved;
    const result = await attempt(() => write.updateStatus(object, version, status));
    if (result instanceof Error) return { outcome: retry(result), moved: false };
    if (result.ok) return { outcome, moved: summaryMoves(object, outcome, condition) };
    const refused = retry(new WriteRefused(run.key, result.refusal));
    // What was observed does not fit the kind's schema: without it, the condition can still say so.
    const isMisfit = result.refusal.reason === 'Invalid' && outcome.status !== undefined;
    if (isMisfit) return this.reportStatus(run, seen, write, refused);
    return { outcome: outcome.kind === 'retry' ? outcome : refused, moved: false };
  }

  /** Awaits what the outcome waits for; what has changed already since it was seen wakes the key now. */
  private await(text: string, { key, cause }: RunIdentity, outcome: Outcome): void {
    const seen = outcome.kind === 'waiting' ? (outcome.awaits ?? []) : [];
    if (this.ports.shares.shareOf(key) === undefined) return;
    this.awaited.set(
      key,
      seen.map((object) => object.key),
    );
    const hasMoved = seen.some((object) => this.ports.read.get(object.key)?.version !== object.version);
    if (hasMoved) this.wake(text, key, this.wakeOf('Change', cause));
  }

  /** Returns how long until the key runs again by itself. */
  private settle(text: string, outcome: Outcome, { cause }: RunIdentity): number | undefined {
    switch (outcome.kind) {
      case 'done':
      case 'stalled':
        this.queue.forget(text);
        return undefined;
      case 'after':
      case 'waiting':
        this.queue.forget(text);
        if (outcome.ms === undefined) return undefined;
        if (!this.wakes.has(text)) this.wakes.set(text, this.wakeOf('Requeue', cause));
        this.queue.addAfter(text, outcome.ms);
        return outcome.ms;
      case 'retry':
        if (!this.wakes.has(text)) this.wakes.set(text, this.wakeOf('Retry', cause));
        return this.queue.retry(text, PRIORITY.retry);
      default:
        return assertNever(outcome);
    }
  }
}

/** A run took longer than it may, or something that it called did. */
export class RunTimeout extends Error {
  override readonly name = 'RunTimeout';
}

const leadOf = (state: ObjectState | undefined): Lead | undefined =>
  state && { version: state.version, correlationID: state.correlationID };

/**
 * Whether a run tells of this wake rather than of the one that its key waits with. The first change is the cause of all
 * that follows; of what is only looked at again the newest, which may be what nobody had looked at yet.
 */
const isTold = (wake: Wake, known: Wake | undefined): boolean => {
  if (known === undefined) return true;
  if (wake.reason === 'Change') return known.reason !== 'Change';
  return known.reason === 'Resync' && (wake.cause?.version ?? 0) > (known.cause?.version ?? 0);
};

/** Why a run is aborted whose key is not this controller's to speak of any more. */
const LET_GO = new KeyLetGo();

/** A run's status is written after the run, whatever ended it. */
const NEVER_ABORTED = new AbortController().signal;

const attempt = async <T>(step: () => Promise<T>): Promise<T | Error> => {
  try {
    return await step();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};
