/**
 * Follows the log once for the whole gateway: keeps its newest commits, tells listeners of each, and serves all open
 * watches from them. A watch that begins before the oldest commit kept reads the log itself until it meets the ring.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Commit } from '@holdfast/contracts';
import { LogGapError } from '@holdfast/log';
import type { CommitLog } from '@holdfast/log';
import { CommitRing } from './commit-ring.js';
import { DeliveryQueue } from './delivery-queue.js';
import type { HubEvent } from './hub-event.js';
import { expiredLine } from './expired-line.js';
import { LineCache } from './line-cache.js';
import { LogPasses } from './log-passes.js';
import { PositionWaiters } from './position-waiters.js';
import { Watcher } from './watcher.js';
import type { CloseReason, SlowLimits, WatcherHub, WatcherOptions } from './watcher.js';

export type HubLog = Pick<CommitLog, 'last' | 'read' | 'readEvent' | 'follow'>;

export interface WatchHubOptions {
  readonly log: HubLog;
  /** Told of every commit, in order, before any watcher is. */
  readonly onCommit: (commit: Commit) => void;
  /** The log cannot be followed any further: it has a gap, or is another log. All watches are closed. */
  readonly onLost: (error: unknown) => void;
  /** A watch had to be closed for this. */
  readonly onFailure: (error: unknown) => void;
  readonly metrics: WatchMetrics;
  readonly ringBytes?: number;
  /** How many commits before the log's end are read at the start. */
  readonly recentCommits?: number;
  readonly slow?: SlowLimits;
}

export interface WatchMetrics {
  opened(): void;
  delivered(events: number): void;
  closed(reason: CloseReason): void;
}

const RECENT_COMMITS = 4_096;
const RING_BYTES = 32 * 1024 * 1024;
const CACHE_BYTES = 16 * 1024 * 1024;
/** What takes about a millisecond or two: as long as a write may have to wait for its turn. */
const SLICE_SIZE = 50;
const SLICE_BYTES = 256 * 1024;
const SLOW: SlowLimits = { stallMs: 30_000, backlogBytes: 8 * 1024 * 1024 };
const PACE_CHECK_MS = 500;
const RETRY_MS = 250;

export class WatchHub {
  private readonly ring: CommitRing;
  private readonly watchers = new Map<string, Set<Watcher>>();
  private readonly behind = new Set<Watcher>();
  private readonly waiters = new PositionWaiters();
  private readonly stopping = new AbortController();
  private readonly cache = new LineCache(CACHE_BYTES);
  private readonly queue = new DeliveryQueue({
    sliceSize: SLICE_SIZE,
    sliceBytes: SLICE_BYTES,
    nextTurn: (run) => void setImmediate(run),
    onIdle: () => this.cache.clear(),
  });
  private readonly passes: LogPasses;
  private readonly forWatchers: WatcherHub;
  private paceCheck: NodeJS.Timeout | undefined;
  private following: Promise<void> = Promise.resolve();
  private newest: { boundary: number; sequence: number; base: number };

  private constructor(
    private readonly options: WatchHubOptions,
    /** The commit after which it begins; undefined for the whole log. */
    before: Commit | undefined,
  ) {
    this.newest = { boundary: before?.boundary ?? 0, sequence: before?.sequence ?? 0, base: before?.header.base ?? 0 };
    this.ring = new CommitRing(options.ringBytes ?? RING_BYTES, this.newest.boundary);
    this.passes = new LogPasses(this, options.log);
    this.forWatchers = this.viewForWatchers();
  }

  /** Begins to follow the log a little before its end, so that watches that were open elsewhere find their start. */
  static async start(options: WatchHubOptions): Promise<WatchHub> {
    const { log, recentCommits = RECENT_COMMITS } = options;
    const last = await log.last();
    const start = last === undefined ? 0 : Math.max(0, last.sequence - recentCommits);
    const hub = new WatchHub(options, start === last?.sequence ? last : await log.read(start));
    hub.following = hub.follow();
    return hub;
  }

  /** The version that the hub has come to: every event up to it has been seen. */
  get position(): number {
    return this.newest.boundary;
  }

  /** The sequence of the newest commit that was seen, and the base that its versions count from. */
  get head(): { readonly sequence: number; readonly base: number } {
    return this.newest;
  }

  /** Watches that start after this version find all that they need in memory. */
  get floor(): number {
    return this.ring.floor;
  }

  /** How many watches are open. */
  get open(): number {
    let open = 0;
    for (const watchers of this.watchers.values()) open += watchers.size;
    return open;
  }

  /** Resolves with true once the hub has come to a version, with false when that takes longer than `limitMs`. */
  waitFor(version: number, limitMs: number): Promise<boolean> {
    return this.waiters.wait(version, this.position, limitMs);
  }

  /** The commits after a version that the hub has seen since it started. */
  commitsAfter(version: number): readonly Commit[] {
    return this.ring.commitsAfter(version);
  }

  /** Registers a watch; it is told nothing before it joins. */
  watch(options: WatcherOptions): Watcher {
    const watcher = new Watcher(options, this.forWatchers);
    const watchers = this.watchers.get(options.resource) ?? new Set();
    this.watchers.set(options.resource, watchers.add(watcher));
    this.options.metrics.opened();
    return watcher;
  }

  /** Tells a watch what happened since it stands where it stands, from the log as far as need be, and serves it from then on. */
  async join(watcher: Watcher): Promise<void> {
    try {
      await this.passes.bring(watcher);
    } catch (error) {
      if (error instanceof LogGapError) {
        watcher.fail(expiredLine(watcher.toldUpTo, this.position), 'expired');
        return;
      }
      if (!watcher.isClosed) this.options.onFailure(error);
      watcher.close('error');
    }
  }

  /** Ends the watches of a resource that is no more, after what happened to it was delivered. */
  closeResource(resource: string): void {
    for (const watcher of [...(this.watchers.get(resource) ?? [])]) {
      while (watcher.serve());
      watcher.close('kind-gone');
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.closeAll('shutdown');
    clearInterval(this.paceCheck);
    await this.following;
  }

  private async follow(): Promise<void> {
    try {
      const commits = this.options.log.follow({ after: this.newest.sequence, signal: this.stopping.signal });
      for await (const commit of commits) this.take(commit);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      this.closeAll('error');
      this.options.onLost(error);
    }
  }

  private take(commit: Commit): void {
    const changed = this.ring.push(commit);
    this.newest = { boundary: commit.boundary, sequence: commit.sequence, base: commit.header.base ?? 0 };
    this.options.onCommit(commit);
    for (const resource of changed) {
      for (const watcher of this.watchers.get(resource) ?? []) this.queue.add(watcher);
    }
    this.waiters.reached(commit.boundary);
  }

  private viewForWatchers(): WatcherHub {
    const position = (): number => this.position;
    return {
      cache: this.cache,
      get position() {
        return position();
      },
      channel: (resource) => this.ring.channel(resource),
      schedule: (watcher) => {
        if (!watcher.isClosed) this.queue.add(watcher);
      },
      leftBehind: (watcher) => void this.join(watcher),
      loadPrevious: (event, watcher) => this.loadPrevious(event, watcher),
      blocked: (watcher) => this.watchPace(watcher),
      delivered: (lines, bytes) => {
        this.queue.wrote(bytes);
        this.options.metrics.delivered(lines);
      },
      closed: (watcher, reason) => this.forget(watcher, reason),
      now: () => performance.now(),
    };
  }

  private async loadPrevious(event: HubEvent, watcher: Watcher): Promise<void> {
    const version = event.event.record.previous as number;
    while (event.previousObject === undefined && !watcher.isClosed) {
      const found = this.ring.find(version) ?? (await this.readEvent(version));
      if (found === undefined) await sleep(RETRY_MS, undefined, { ref: false });
      else event.previousObject = found.object;
    }
  }

  /** Undefined while the log cannot be read. */
  private async readEvent(version: number): Promise<HubEvent['event'] | undefined> {
    try {
      return (await this.options.log.readEvent(version))?.event;
    } catch {
      return undefined;
    }
  }

  /** Looks after a watcher whose socket takes no more; no timer runs while all do. */
  private watchPace(watcher: Watcher): void {
    this.behind.add(watcher);
    this.paceCheck ??= setInterval(() => this.checkPace(), PACE_CHECK_MS).unref();
  }

  private checkPace(): void {
    for (const watcher of [...this.behind]) {
      watcher.checkPace(performance.now(), this.options.slow ?? SLOW);
      if (watcher.isClosed || !watcher.isBlocked) this.behind.delete(watcher);
    }
    if (this.behind.size > 0) return;
    clearInterval(this.paceCheck);
    this.paceCheck = undefined;
  }

  private forget(watcher: Watcher, reason: CloseReason): void {
    this.queue.remove(watcher);
    this.behind.delete(watcher);
    const watchers = this.watchers.get(watcher.resource);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.watchers.delete(watcher.resource);
    this.options.metrics.closed(reason);
  }

  private closeAll(reason: CloseReason): void {
    for (const watchers of [...this.watchers.values()]) for (const watcher of [...watchers]) watcher.close(reason);
  }
}
