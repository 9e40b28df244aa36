/**
 * The single writer of the log, for one epoch. It decides every write against the newest state, one after the other:
 *
 *   handle ──► decide on the overlay ──► collecting ──► in flight ──► acknowledged ──► answered
 *                      │                     ▲              │
 *                      │                     └── decided again, when another has written and we may go on
 *                      └──► appends nothing: waits at the read gate ──► answered
 */
import type { Answer } from '@holdfast/command-client';
import type { Command, Commit } from '@holdfast/contracts';
import type { CommitLog } from '@holdfast/log';

import { MAX_DEADLINE_MS } from '../state/command-memory.js';
import { refusalAnswer } from './answers.js';
import { Appender } from './appender.js';
import type { AppenderOptions } from './appender.js';
import { AskedCommand } from './asked-command.js';
import type { Taker } from './asked-command.js';
import { CommitQueue } from './commit-queue.js';
import { Listings } from './listings.js';
import type { PendingCommit } from './pending-commit.js';
import { ReadGate } from './read-gate.js';
import type { Waiting } from './read-gate.js';
import { readEnd, readKinds, readObject } from './reads.js';
import { notDecided, notRead, outcomeUnknown, tooManyWaiting } from './refusals.js';
import { WritePath } from './write-path.js';
import type { WritePathOptions } from './write-path.js';

const SWEEP_MS = 100;

export interface TransactorOptions
  extends
    Pick<AppenderOptions, 'state' | 'leader' | 'looksByAppending' | 'now' | 'reach' | 'observer' | 'failed'>,
    Pick<WritePathOptions, 'limits' | 'decider' | 'reported'> {
  readonly log: Pick<CommitLog, 'append' | 'end' | 'readEvent'>;
  /** Another has written up to `end`: takes that into the state, and tells whether this instance still is the transactor. */
  readonly catchUp: (end: number) => Promise<boolean>;
}

export class Transactor {
  private readonly asked = new Map<string, AskedCommand>();
  private readonly queue: CommitQueue;
  private readonly gate = new ReadGate();
  private readonly appender: Appender;
  private readonly writes: WritePath;
  private readonly closing = new AbortController();
  private readonly sweeper: NodeJS.Timeout;
  private readonly listings: Listings;
  private waitingBytes = 0;
  private catchingUp = false;
  /** A command that waits in a commit has passed its deadline: it must not go out. */
  private expiredInQueue = false;

  constructor(private readonly options: TransactorOptions) {
    this.queue = new CommitQueue(options.state, options.limits);
    this.listings = new Listings(`${options.leader.instance}-${options.leader.epoch}`);
    this.appender = new Appender({
      ...options,
      queue: this.queue,
      gate: this.gate,
      signal: this.closing.signal,
      beforeSend: () => this.dropExpired(),
      sending: (commit) => this.sending(commit),
      acknowledged: (commit) => this.acknowledged(commit),
      overtaken: (end) => void this.overtaken(end),
    });
    this.writes = new WritePath({
      ...options,
      queue: this.queue,
      find: (id) => this.asked.get(id),
      finish: (asked, answer) => this.finish(asked, answer),
      answerLater: (asked, needs, answer) => this.enterGate(asked, { needs, give: () => this.finish(asked, answer) }),
      placed: () => this.appender.schedule(),
    });
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS);
    this.sweeper.unref();
  }

  /**
   * Answers a command once its outcome is certain, or its deadline has passed. Without an answer (when this instance
   * is deposed before) the sender asks the next transactor.
   */
  handle(command: Command, body: Buffer): Promise<Answer | undefined> {
    return new Promise((resolve) => this.submit(command, body, resolve));
  }

  /** Makes sure, some time soon, that nobody else has written. */
  look(): void {
    this.gate.enter({ needs: 0, give: () => {} });
    this.appender.schedule();
  }

  /** Stops deciding; what is not answered stays unanswered. An append in flight may still be accepted. */
  close(): void {
    this.closing.abort();
    this.writes.stop();
    clearInterval(this.sweeper);
    for (const asked of this.asked.values()) asked.give(undefined);
    this.asked.clear();
  }

  private submit(command: Command, body: Buffer, take: Taker): void {
    if (this.closing.signal.aborted) {
      take(undefined);
      return;
    }
    const now = this.options.now();
    const deadline = Math.min(command.deadline, now + MAX_DEADLINE_MS);
    const pending = this.asked.get(command.id);
    if (pending !== undefined) {
      pending.join(take, deadline);
      return;
    }
    const asked = new AskedCommand({ command, body, askedAt: now, deadline }, take);
    if (this.isOverloadedFor(asked)) {
      asked.give(refusalAnswer(tooManyWaiting(this.asked.size)));
      return;
    }
    this.asked.set(command.id, asked);
    this.waitingBytes += body.length;
    if (!this.catchingUp) this.begin(asked);
  }

  private isOverloadedFor({ body, isWrite }: AskedCommand): boolean {
    const { waitingCommands, waitingBytes, waitingMs } = this.options.limits;
    const isFull = this.asked.size >= waitingCommands || this.waitingBytes + body.length > waitingBytes;
    return isFull || (isWrite && this.writes.delay > waitingMs);
  }

  private begin(asked: AskedCommand): void {
    const { state } = this.options;
    const { request } = asked.command;
    switch (request.verb) {
      case 'look':
        this.read(asked, () => readEnd(state));
        return;
      case 'kinds':
        this.read(asked, () => readKinds(state));
        return;
      case 'get':
        this.read(asked, () => readObject(state, request.target));
        return;
      case 'list':
        this.read(asked, () => this.listings.page(state, request.after));
        return;
      default:
        this.writes.begin(asked);
    }
  }

  private read(asked: AskedCommand, read: () => Answer): void {
    this.enterGate(asked, { needs: 0, give: () => this.finish(asked, read()) });
  }

  private enterGate(asked: AskedCommand, waiting: Waiting): void {
    asked.waiting = waiting;
    this.gate.enter(waiting);
    this.appender.schedule();
  }

  private sending(commit: PendingCommit): void {
    for (const { id } of commit.commands) {
      const asked = this.asked.get(id);
      if (asked !== undefined) asked.sent = true;
    }
    this.writes.proceed();
  }

  private acknowledged(commit: Commit): void {
    this.options.reach('before-reply');
    for (const { id } of commit.header.commands) {
      const asked = this.asked.get(id);
      if (asked?.placed !== undefined) this.finish(asked, asked.placed);
    }
  }

  /** Somebody else has written: nothing that waits may count, until we know whether we may go on. */
  private async overtaken(end: number): Promise<void> {
    if (this.catchingUp) return;
    this.catchingUp = true;
    this.appender.suspend();
    this.writes.stop();
    const remains = await this.options.catchUp(end);
    if (!remains || this.closing.signal.aborted) return;
    this.catchingUp = false;
    this.decideAgain();
    for (const asked of this.asked.values()) if (!asked.isWrite && asked.waiting === undefined) this.begin(asked);
    this.appender.resume();
  }

  private decideAgain(): void {
    this.expiredInQueue = false;
    this.queue.drop();
    const begun = [...this.asked.values()].filter((asked) => asked.isWrite && !asked.isInBacklog);
    const stale = new Set(begun.map(({ waiting }) => waiting));
    this.gate.leaveAll((waiting) => stale.has(waiting));
    for (const asked of begun) {
      asked.reset();
      if (!asked.isAwaited) this.forget(asked);
    }
    this.writes.resume(begun.filter((asked) => asked.isAwaited));
  }

  private sweep(): void {
    const now = this.options.now();
    for (const asked of this.asked.values()) {
      if (asked.deadline <= now && asked.isAwaited) this.expire(asked);
    }
  }

  private expire(asked: AskedCommand): void {
    const { id, request } = asked.command;
    const refusal = asked.sent ? outcomeUnknown(id) : asked.isWrite ? notDecided(id) : notRead(id);
    const answer = refusalAnswer(refusal);
    this.options.observer.answered(request.verb, answer.reply);
    asked.give(answer);
    if (asked.sent) return;
    if (asked.placed !== undefined) {
      this.expiredInQueue = true;
      return;
    }
    if (asked.waiting !== undefined) this.gate.leaveAll((waiting) => waiting === asked.waiting);
    this.forget(asked);
  }

  /** What was answered as undecided must not go out after all. */
  private dropExpired(): void {
    if (this.expiredInQueue) this.decideAgain();
  }

  private finish(asked: AskedCommand, answer: Answer): void {
    if (asked.isAwaited) this.options.observer.answered(asked.command.request.verb, answer.reply);
    asked.give(answer);
    this.forget(asked);
  }

  private forget(asked: AskedCommand): void {
    if (this.asked.delete(asked.command.id)) this.waitingBytes -= asked.body.length;
  }
}
