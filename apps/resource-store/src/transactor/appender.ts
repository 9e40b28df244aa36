/**
 * Brings commits into the log, one append at a time, and lets reads through its gate once nobody can have written
 * behind our back. A look is a question for the log's end, or any append that is acknowledged.
 */
import { randomUUID } from 'node:crypto';

import { encodeCommit } from '@holdfast/contracts';
import type { Commit } from '@holdfast/contracts';
import type { AppendOutcome, CommitLog } from '@holdfast/log';

import type { ReachPoint } from '../fault.js';
import type { Leader, StoreState } from '../state/store-state.js';
import type { CommitQueue } from './commit-queue.js';
import { acknowledgedCommit, headerOf } from './pending-commit.js';
import type { PendingCommit } from './pending-commit.js';
import type { ReadGate } from './read-gate.js';
import type { TransactorObserver } from './transactor-observer.js';

const LOOK_AGAIN_MS = 50;

export class LogTruncatedError extends Error {
  override readonly name = 'LogTruncatedError';

  constructor(
    readonly acknowledged: number,
    readonly end: number,
  ) {
    super(
      `the log ends at sequence ${end}, but sequence ${acknowledged} was acknowledged: acknowledged commits are lost`,
    );
  }
}

export interface AppenderOptions {
  readonly log: Pick<CommitLog, 'append' | 'end'>;
  readonly state: StoreState;
  readonly queue: CommitQueue;
  readonly gate: ReadGate;
  readonly leader: Leader;
  /** An isolated stream leader could show a stale end: then only an acknowledged append counts as a look. */
  readonly looksByAppending: boolean;
  readonly now: () => number;
  readonly reach: ReachPoint;
  readonly observer: TransactorObserver;
  readonly signal: AbortSignal;
  /** The last moment to change what goes out. */
  readonly beforeSend: () => void;
  /** A commit of ours is on its way: from here on only the log knows whether it happens. */
  readonly sending: (commit: PendingCommit) => void;
  readonly acknowledged: (commit: Commit) => void;
  /** Somebody else has written; the log ends at `end`. */
  readonly overtaken: (end: number) => void;
  readonly failed: (error: unknown) => void;
}

export class Appender {
  private inFlight: PendingCommit | undefined;
  private looking = false;
  /** Looks that saw more than is acknowledged while an append was in flight: its outcome tells whose that is. */
  private unclear: { readonly ticket: number; readonly end: number }[] = [];
  private turnIsDue = false;
  private suspended = false;

  constructor(private readonly options: AppenderOptions) {}

  get isIdle(): boolean {
    return this.inFlight === undefined && this.options.queue.isEmpty;
  }

  /** Sends or looks at the end of this turn of the event loop, so that what arrives together goes out together. */
  schedule(): void {
    if (this.turnIsDue) return;
    this.turnIsDue = true;
    queueMicrotask(() => {
      this.turnIsDue = false;
      this.turn();
    });
  }

  /** Neither sends nor looks until `resume`. */
  suspend(): void {
    this.suspended = true;
    this.unclear = [];
    this.options.gate.lookAnew();
  }

  resume(): void {
    this.suspended = false;
    this.schedule();
  }

  private turn(): void {
    if (this.suspended || this.options.signal.aborted) return;
    const { queue, gate, looksByAppending } = this.options;
    if (looksByAppending && gate.wantsLook && this.inFlight === undefined) queue.addEmpty();
    if (this.inFlight === undefined) this.send();
    if (gate.wantsLook && !looksByAppending && !this.looking) this.look();
  }

  private send(): void {
    const { queue, gate, log, state, signal, leader, now } = this.options;
    this.options.beforeSend();
    const commit = queue.next();
    if (commit === undefined) return;
    const ticket = gate.beginLook();
    const startedAt = now();
    const header = headerOf(commit, { id: randomUUID(), ...leader, time: new Date(startedAt).toISOString() });
    const data = encodeCommit(header, commit.events);
    this.inFlight = commit;
    const started = performance.now();
    log.append({ id: header.id, data, expectedSequence: state.sequence, signal }).then(
      (outcome) => {
        const append = {
          seconds: (performance.now() - started) / 1000,
          events: commit.events.length,
          bytes: data.length,
        };
        this.options.observer.appended(outcome.status, append);
        this.settle(acknowledgedCommit(commit, header, startedAt), ticket, outcome);
      },
      (error: unknown) => this.fail(error),
    );
    this.options.sending(commit);
  }

  private settle(commit: Commit, ticket: number, outcome: AppendOutcome): void {
    if (this.options.signal.aborted) return;
    this.inFlight = undefined;
    if (outcome.status === 'refused') {
      this.options.overtaken(outcome.end);
      return;
    }
    this.options.reach('after-append');
    this.options.queue.acknowledge(commit);
    this.options.acknowledged(commit);
    this.options.gate.confirmLook(ticket, commit.sequence);
    for (const look of this.unclear.splice(0)) this.seen(look.ticket, look.end);
    this.turn();
  }

  private look(): void {
    const { log, gate, state } = this.options;
    this.looking = true;
    const ticket = gate.beginLook();
    const known = state.sequence;
    log.end().then(
      (end) => {
        this.looking = false;
        if (end < known) this.fail(new LogTruncatedError(known, end));
        else this.seen(ticket, end);
        this.schedule();
      },
      () => this.lookAgain(),
    );
  }

  /** NATS is away: whoever waits at the gate waits on, until its deadline. */
  private lookAgain(): void {
    setTimeout(() => {
      this.looking = false;
      if (this.options.gate.hasWaiting && !this.suspended && !this.options.signal.aborted) this.look();
    }, LOOK_AGAIN_MS).unref();
  }

  private seen(ticket: number, end: number): void {
    if (this.suspended || this.options.signal.aborted) return;
    const { state, gate } = this.options;
    if (end <= state.sequence) gate.confirmLook(ticket, state.sequence);
    else if (this.inFlight !== undefined) this.unclear.push({ ticket, end });
    else this.options.overtaken(end);
  }

  private fail(error: unknown): void {
    if (!this.options.signal.aborted) this.options.failed(error);
  }
}
