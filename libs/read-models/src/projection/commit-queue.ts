import type { Commit } from '@holdfast/contracts';
import { lingerFor } from './linger.js';

export type Batch = readonly [Commit, ...Commit[]];

/** What one transaction takes at most; a single larger commit still goes whole. */
const MAX_EVENTS = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Commits between the log and the database, in order and bounded.
 *
 *   put ──► [ waiting … ] ──► take: what queued up during the last transaction, as one batch
 *
 * The producer waits while a full batch stands ready, so that the log is read no faster than it is projected.
 */
export class CommitQueue {
  private waiting: Commit[] = [];
  private events = 0;
  private bytes = 0;
  private hurried = false;
  private lastTake: { readonly at: number; readonly events: number };
  private wake: (() => void)[] = [];

  constructor(
    private readonly signal: AbortSignal,
    private readonly now: () => number,
  ) {
    this.lastTake = { at: now(), events: 0 };
    signal.addEventListener('abort', () => this.changed(), { once: true });
  }

  /** Resolves when there is room for the next commit. */
  async put(commit: Commit): Promise<void> {
    this.waiting.push(commit);
    this.events += commit.events.length;
    this.bytes += bytesOf(commit);
    this.changed();
    while (this.isFull() && !this.signal.aborted) await this.change();
  }

  /** Ends the lingering of the batch that is being collected. */
  hurry(): void {
    this.hurried = true;
    this.changed();
  }

  /** The next batch of whole commits; undefined once the signal is aborted. */
  async take(): Promise<Batch | undefined> {
    while (this.waiting.length === 0 && !this.signal.aborted) await this.change();
    await this.linger();
    return this.signal.aborted ? undefined : this.cut();
  }

  private async linger(): Promise<void> {
    const { at, events } = this.lastTake;
    const ms = lingerFor({ lastBatch: events, queued: this.events, elapsedMs: this.now() - at });
    if (ms === 0) return;
    const timer = setTimeout(() => this.hurry(), ms);
    while (!this.hurried && !this.isFull() && !this.signal.aborted) await this.change();
    clearTimeout(timer);
  }

  private cut(): Batch | undefined {
    const batch: Commit[] = [];
    let [events, bytes] = [0, 0];
    for (const commit of this.waiting) {
      if (batch.length > 0 && (events + commit.events.length > MAX_EVENTS || bytes + bytesOf(commit) > MAX_BYTES))
        break;
      batch.push(commit);
      events += commit.events.length;
      bytes += bytesOf(commit);
    }
    this.waiting = this.waiting.slice(batch.length);
    this.events -= events;
    this.bytes -= bytes;
    this.hurried = false;
    this.lastTake = { at: this.now(), events };
    this.changed();
    const [first, ...rest] = batch;
    return first === undefined ? undefined : [first, ...rest];
  }

  private isFull(): boolean {
    return this.events >= MAX_EVENTS || this.bytes >= MAX_BYTES || this.waiting.length >= MAX_EVENTS;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.wake.push(resolve));
  }

  private changed(): void {
    const sleeping = this.wake;
    this.wake = [];
    for (const resolve of sleeping) resolve();
  }
}

/** What its objects weigh. */
export const bytesOf = (commit: Commit): number => commit.events.reduce((sum, event) => sum + event.object.length, 0);
