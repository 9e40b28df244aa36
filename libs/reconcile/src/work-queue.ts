/**
 * The queue between events and reconcilers. Its contract:
 *
 * - Fair: keys of one priority are taken in the order in which they were added; a lower priority gains one step for
 *   every `agingMs` of waiting, so that nothing starves.
 * - Stingy: a key that is added many times before it is taken is taken once.
 * - One at a time: a key that was taken is not taken again before `done`; adds meanwhile give exactly one more run.
 * - Delays: of several delays of a key the earliest wins; an add supersedes them all.
 * - Back-off: `retry` delays a key by base × 2ⁿ with jitter, up to a cap; `forget` sets n back to 0.
 * - Drain: nothing new is taken or accepted; `drain` resolves when the last run is done.
 *
 *                 addAfter                  time / add
 *      absent ──────────────► delayed ──────────────────► queued ◄───┐
 *        │ ▲                                                │ take   │ done, when added meanwhile
 *        │ └───────────────────────── done ◄── running ◄────┘        │
 *        └──── add ──► queued                     └──────────────────┘
 */
export interface Clock {
  /** Milliseconds; only differences matter. */
  now(): number;
  /** Calls back once after `ms`; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** In [0, 1): chance for the jitter of back-off. */
  readonly random: () => number;
  readonly backoff?: Backoff;
  /** Waiting time that is worth one step of priority. */
  readonly agingMs?: number;
  readonly observer?: QueueObserver;
  /** Called with a key at the moment it is taken: whatever adds it from then on is for its next run. */
  readonly onTake?: (key: string) => void;
}

/** Told what happens in the queue, for metrics. */
export interface QueueObserver {
  /** A key begins to wait. */
  added(priority: number): void;
  /** A key was taken, after it waited so long. */
  taken(waitedMs: number): void;
  /** A run ended, after it took so long. */
  finished(ranMs: number): void;
  /** A key comes again after its back-off. */
  retried(): void;
}

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

export const DEFAULT_BACKOFF: Backoff = { baseMs: 5, capMs: 1_000_000 };
const DEFAULT_AGING_MS = 100;

/** Real changes go before what failed already, and that before everything that start and resync bring. */
export const PRIORITY = { change: 0, retry: -50, resync: -100 } as const;

type KeyState =
  | { readonly status: 'delayed'; readonly at: number; readonly priority: number; readonly cancel: () => void }
  | { readonly status: 'queued'; readonly priority: number; readonly since: number }
  | { readonly status: 'running'; readonly next: Next | undefined; readonly since: number };

/** What follows the present run of a key. */
type Next =
  | { readonly status: 'queued'; readonly priority: number }
  | { readonly status: 'delayed'; readonly at: number; readonly priority: number };

interface QueuedKey {
  readonly key: string;
  readonly state: KeyState;
}

export class WorkQueue {
  private readonly states = new Map<string, KeyState>();
  private readonly lines = new Map<number, QueuedKey[]>();
  private readonly failures = new Map<string, number>();
  private readonly takers: ((key: string | undefined) => void)[] = [];
  private readonly drained: (() => void)[] = [];
  private draining = false;
  private queued = 0;
  private running = 0;

  constructor(private readonly options: WorkQueueOptions) {}

  /** Keys that wait to be taken, by their priority. */
  depths(): ReadonlyMap<number, number> {
    const depths = new Map<number, number>();
    for (const state of this.states.values()) {
      if (state.status === 'queued') depths.set(state.priority, (depths.get(state.priority) ?? 0) + 1);
    }
    return depths;
  }

  /** Since when each run goes on, in milliseconds. */
  runningMs(): readonly number[] {
    const now = this.options.clock.now();
    return [...this.states.values()].flatMap((state) => (state.status === 'running' ? [now - state.since] : []));
  }

  /** Keys that wait to be taken; delayed ones are not counted. */
  get depth(): number {
    return this.queued;
  }

  add(key: string, priority: number = PRIORITY.change): void {
    if (this.draining) return;
    const state = this.states.get(key);
    switch (state?.status) {
      case undefined:
        this.enqueue(key, priority);
        break;
      case 'delayed':
        state.cancel();
        this.enqueue(key, Math.max(priority, state.priority));
        break;
      case 'queued':
        // The old place in the old line is left behind; `nextQueued` skips it.
        if (priority > state.priority) this.moveTo(key, priority, state.since);
        break;
      case 'running':
        this.states.set(key, { ...state, next: { status: 'queued', priority: raised(state.next, priority) } });
        break;
    }
    this.serve();
  }

  /** Adds the key when `ms` have passed, unless something adds it earlier. */
  addAfter(key: string, ms: number, priority: number = PRIORITY.change): void {
    if (this.draining) return;
    const at = this.options.clock.now() + ms;
    const state = this.states.get(key);
    switch (state?.status) {
      case undefined:
        this.delay(key, at, priority);
        break;
      case 'delayed':
        if (at >= state.at) return;
        state.cancel();
        this.delay(key, at, Math.max(priority, state.priority));
        break;
      case 'queued':
        break;
      case 'running':
        if (state.next?.status === 'queued' || (state.next !== undefined && state.next.at <= at)) return;
        this.states.set(key, { ...state, next: { status: 'delayed', at, priority } });
        break;
    }
  }

  /** Adds the key after its back-off, and lets the next one be longer. Returns the delay in milliseconds. */
  retry(key: string, priority: number = PRIORITY.change): number {
    const { baseMs, capMs } = this.options.backoff ?? DEFAULT_BACKOFF;
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    this.options.observer?.retried();
    const ms = Math.min(capMs, baseMs * 2 ** failures) * (1 + this.options.random() / 10);
    this.addAfter(key, ms, priority);
    return ms;
  }

  /** How often `retry` was called for the key since it was forgotten. */
  failuresOf(key: string): number {
    return this.failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.failures.delete(key);
  }

  /** Every key that waits, is delayed or runs. */
  keys(): readonly string[] {
    return [...this.states.keys()];
  }

  /** Forgets the key: it neither waits nor comes back; a run of it that is under way is its last. */
  discard(key: string): void {
    this.failures.delete(key);
    const state = this.states.get(key);
    switch (state?.status) {
      case undefined:
        return;
      case 'running':
        this.states.set(key, { ...state, next: undefined });
        return;
      case 'delayed':
        state.cancel();
        this.states.delete(key);
        return;
      case 'queued':
        // Its place in the line is skipped by `nextQueued`.
        this.states.delete(key);
        this.queued -= 1;
        return;
    }
  }

  /** The next key, as soon as there is one; undefined when the queue drains. */
  take(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.takers.push(resolve);
      this.serve();
    });
  }

  /** Ends the run of a key that was taken. */
  done(key: string): void {
    const state = this.states.get(key);
    if (state?.status !== 'running') throw new Error(`${key} is not running: done was called without take`);
    this.options.observer?.finished(this.options.clock.now() - state.since);
    this.states.delete(key);
    this.running -= 1;
    if (this.draining) {
      if (this.running === 0) for (const resolve of this.drained.splice(0)) resolve();
      return;
    }
    if (state.next?.status === 'queued') this.enqueue(key, state.next.priority);
    if (state.next?.status === 'delayed') this.delay(key, state.next.at, state.next.priority);
    this.serve();
  }

  /** Lets nobody take any more; resolves when every run is done. What still waited is served by the resync of the next start. */
  drain(): Promise<void> {
    this.draining = true;
    for (const [key, state] of this.states) {
      if (state.status === 'delayed') state.cancel();
      if (state.status !== 'running') this.states.delete(key);
    }
    this.lines.clear();
    this.queued = 0;
    for (const resolve of this.takers.splice(0)) resolve(undefined);
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => this.drained.push(resolve));
  }

  private enqueue(key: string, priority: number): void {
    this.queued += 1;
    this.options.observer?.added(priority);
    this.moveTo(key, priority, this.options.clock.now());
  }

  private moveTo(key: string, priority: number, since: number): void {
    const state: KeyState = { status: 'queued', priority, since };
    this.states.set(key, state);
    const line = this.lines.get(priority);
    if (line === undefined) this.lines.set(priority, [{ key, state }]);
    else line.push({ key, state });
  }

  private delay(key: string, at: number, priority: number): void {
    const cancel = this.options.clock.after(Math.max(0, at - this.options.clock.now()), () => {
      this.states.delete(key);
      this.add(key, priority);
    });
    this.states.set(key, { status: 'delayed', at, priority, cancel });
  }

  private serve(): void {
    if (this.draining) {
      for (const resolve of this.takers.splice(0)) resolve(undefined);
      return;
    }
    while (this.takers.length > 0) {
      const next = this.nextQueued();
      if (next === undefined) return;
      const { key, since } = next;
      const now = this.options.clock.now();
      this.options.observer?.taken(now - since);
      this.states.set(key, { status: 'running', next: undefined, since: now });
      this.queued -= 1;
      this.running += 1;
      this.options.onTake?.(key);
      this.takers.shift()?.(key);
    }
  }

  private nextQueued(): { readonly key: string; readonly since: number } | undefined {
    const now = this.options.clock.now();
    const agingMs = this.options.agingMs ?? DEFAULT_AGING_MS;
    let best: { readonly line: QueuedKey[]; readonly rank: number } | undefined;
    for (const [priority, line] of this.lines) {
      const head = this.headOf(line);
      if (head?.state.status !== 'queued') {
        this.lines.delete(priority);
        continue;
      }
      const rank = priority + Math.floor((now - head.state.since) / agingMs);
      if (best === undefined || rank > best.rank) best = { line, rank };
    }
    const next = best?.line.shift();
    return next?.state.status === 'queued' ? { key: next.key, since: next.state.since } : undefined;
  }

  private headOf(line: QueuedKey[]): QueuedKey | undefined {
    for (let head = line[0]; head !== undefined; head = line[0]) {
      if (this.states.get(head.key) === head.state) return head;
      line.shift();
    }
    return undefined;
  }
}

const raised = (next: Next | undefined, priority: number): number =>
  next === undefined ? priority : Math.max(next.priority, priority);
