/**
 * The single writer of the log, for one epoch. It decides every write against the newest state, one after the other:
 *
 *   handle ──► decide on the overlay ──► collecting ──► in flight ──► acknowledged ──► answered
 *                      │                     ▲              │
 *                      │                     └── decided again, when another has written and we may go on
 *                      └──► appends nothing: waits at the read gate ──► answered
 */
import type { Answer } from '@holdfast/command-client';
import type { Command, Commit, CommandRecord } from '@holdfast/contracts';
import type { CommitLog } from '@holdfast/log';

import { MAX_DEADLINE_MS } from '../state/command-memory.js';
import { refusalAnswer, verdictAnswer } from './answers.js';
import { Appender } from './appender.js';
import type { AppenderOptions } from './appender.js';
import { AskedCommand } from './asked-command.js';
import type { Taker } from './asked-command.js';
import { CommitQueue } from './commit-queue.js';
import type { WriteRequest } from './decide-command.js';
import type { Decider, DecisionTask } from './decider.js';
import type { Limits } from './limits.js';
import { Listings } from './listings.js';
import type { CommandIdentity, PendingCommit } from './pending-commit.js';
import { ReadGate } from './read-gate.js';
import { readEnd, readKinds, readObject } from './reads.js';
import { recordedAnswer } from './recorded-answer.js';
import {
  keyReused,
  notDecided,
  notRead,
  outcomeUnknown,
  tooLargeForACommit,
  tooManyWaiting,
  undecidable,
} from './refusals.js';
import { appendedEvents, weightOf } from './verdict.js';
import type { Verdict } from './verdict.js';

const SWEEP_MS = 100;

export interface TransactorOptions extends Pick<
  AppenderOptions,
  'state' | 'leader' | 'looksByAppending' | 'now' | 'reach' | 'observer' | 'failed'
> {
  readonly log: Pick<CommitLog, 'append' | 'end' | 'readEvent'>;
  readonly limits: Limits;
  readonly decider: Decider;
  /** A write could not be decided, by a fault of ours. */
  readonly reported: (error: unknown) => void;
  /** Another has written up to `end`: takes that into the state, and tells whether this instance still is the transactor. */
  readonly catchUp: (end: number) => Promise<boolean>;
}

export class Transactor {
  private readonly asked = new Map<string, AskedCommand>();
  private readonly queue: CommitQueue;
  private readonly gate = new ReadGate();
  private readonly appender: Appender;
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
    const { waitingCommands, waitingBytes } = this.options.limits;
    if (this.asked.size >= waitingCommands || this.waitingBytes + body.length > waitingBytes) {
      take(refusalAnswer(tooManyWaiting(this.asked.size)));
      return;
    }
    const asked = new AskedCommand(command, body, deadline, take);
    this.asked.set(command.id, asked);
    this.waitingBytes += body.length;
    if (!this.catchingUp) this.begin(asked);
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
        this.beginWrite(asked, request);
    }
  }

  private read(asked: AskedCommand, read: () => Answer): void {
    this.enterGate(asked, { needs: 0, give: () => this.finish(asked, read()) });
  }

  private beginWrite(asked: AskedCommand, request: WriteRequest): void {
    const { id, idempotency } = asked.command;
    const recorded = this.options.state.commands.find(id);
    if (recorded !== undefined) this.answerRecorded(asked, recorded);
    else if (asked.deadline <= this.options.now()) this.finish(asked, refusalAnswer(notDecided(id)));
    else if (idempotency === undefined || !this.isRepeat(asked, idempotency)) this.decide(asked, request);
  }

  /** When the key was used before, the answer is that of the first write, or the refusal of another body. */
  private isRepeat(asked: AskedCommand, { key, body }: NonNullable<CommandRecord['idempotency']>): boolean {
    const waiting = this.asked.get(this.queue.commandWithKey(key) ?? '');
    const recorded = this.options.state.idempotency.find(key, this.options.now());
    const first = waiting?.command.idempotency ?? recorded;
    if (first === undefined) return false;
    if (first.body !== body) this.place(asked, { kind: 'refused', refusal: keyReused() });
    else if (waiting !== undefined) waiting.join((answer) => this.share(asked, answer), asked.deadline);
    else if (recorded !== undefined) this.answerRecorded(asked, recorded.version);
    return true;
  }

  private answerRecorded(asked: AskedCommand, version: number): void {
    const { request } = asked.command;
    asked.sent = true;
    this.options.log.readEvent(version).then(
      (found) => {
        const { id } = asked.command;
        const answer =
          found === undefined ? refusalAnswer(outcomeUnknown(id)) : recordedAnswer(request, asked.body, found);
        this.finish(asked, answer);
      },
      // The log is away: that it happened is certain, but not what came of it.
      () => this.finish(asked, refusalAnswer(outcomeUnknown(asked.command.id))),
    );
  }

  private decide(asked: AskedCommand, request: WriteRequest): void {
    asked.attempt += 1;
    const { attempt } = asked;
    const task: DecisionTask = {
      command: asked.command,
      request,
      body: asked.body,
      state: this.queue,
      now: new Date(this.options.now()),
      isWanted: () => asked.attempt === attempt && asked.isAwaited && !this.catchingUp && !this.closing.signal.aborted,
      decided: (verdict) => this.place(asked, verdict),
    };
    try {
      this.options.decider.decide(task);
    } catch (error) {
      // One write that cannot be decided must not stop the others.
      this.options.reported(error);
      this.place(asked, { kind: 'refused', refusal: undecidable(error) });
    }
  }

  private place(asked: AskedCommand, verdict: Verdict): void {
    this.options.reach('after-decide');
    const events = appendedEvents(verdict);
    const weight = weightOf(events);
    if (weight > this.options.limits.commitBytes) {
      this.place(asked, { kind: 'refused', refusal: tooLargeForACommit(weight, this.options.limits.commitBytes) });
    } else if (events.length > 0) {
      const { commit, first } = this.queue.add(identityOf(asked.command), events);
      asked.placed = verdictAnswer(verdict, (index) => commit.events[first + index]?.version);
      this.appender.schedule();
    } else {
      const answer = verdictAnswer(verdict, () => undefined);
      this.enterGate(asked, { needs: this.queue.lastSequence, give: () => this.finish(asked, answer) });
    }
  }

  private enterGate(asked: AskedCommand, waiting: NonNullable<AskedCommand['waiting']>): void {
    asked.waiting = waiting;
    this.gate.enter(waiting);
    this.appender.schedule();
  }

  private sending(commit: PendingCommit): void {
    for (const { id } of commit.commands) {
      const asked = this.asked.get(id);
      if (asked !== undefined) asked.sent = true;
    }
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
    const remains = await this.options.catchUp(end);
    if (!remains || this.closing.signal.aborted) return;
    this.catchingUp = false;
    this.decideAgain();
    this.appender.resume();
  }

  private decideAgain(): void {
    this.expiredInQueue = false;
    this.queue.drop();
    const writes = [...this.asked.values()].filter((asked) => asked.isWrite);
    const stale = new Set(writes.map(({ waiting }) => waiting));
    this.gate.leaveAll((waiting) => stale.has(waiting));
    for (const asked of writes) {
      asked.reset();
      if (asked.isAwaited) this.begin(asked);
      else this.forget(asked);
    }
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
    this.gate.leaveAll((waiting) => waiting === asked.waiting);
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

  private share(asked: AskedCommand, answer: Answer | undefined): void {
    if (answer !== undefined) this.finish(asked, answer);
  }

  private forget(asked: AskedCommand): void {
    if (this.asked.delete(asked.command.id)) this.waitingBytes -= asked.body.length;
  }
}

const identityOf = ({ request: _, deadline: __, fence: ___, ...identity }: Command): CommandIdentity => identity;
