/**
 * The way of a write from its arrival into a commit, or to the read gate:
 *
 *   begin ──► known already? ──► decide ──► events: into the commit that collects
 *     │            └► its recorded answer  └► none: through the read gate
 *     └──► backlog, while enough is decided ahead of the log ──► as above
 */
import type { Answer } from '@holdfast/command-client';
import type { Command, CommandRecord } from '@holdfast/contracts';
import type { CommitLog } from '@holdfast/log';

import type { ReachPoint } from '../fault.js';
import type { StoreState } from '../state/store-state.js';
import { refusalAnswer, verdictAnswer } from './answers.js';
import type { AskedCommand } from './asked-command.js';
import { Backlog } from './backlog.js';
import type { CommitQueue } from './commit-queue.js';
import type { WriteRequest } from './decide-command.js';
import type { Decider, DecisionTask } from './decider.js';
import type { Limits } from './limits.js';
import type { CommandIdentity } from './pending-commit.js';
import { recordedAnswer } from './recorded-answer.js';
import { keyReused, notDecided, outcomeUnknown, tooLargeForACommit, undecidable } from './refusals.js';
import { appendedEvents, weightOf } from './verdict.js';
import type { Verdict } from './verdict.js';

/** Decided in one turn of the event loop, so that acknowledgements and questions get theirs. */
const DECIDED_IN_A_TURN = 64;

export interface WritePathOptions {
  readonly state: StoreState;
  readonly queue: CommitQueue;
  readonly log: Pick<CommitLog, 'readEvent'>;
  readonly decider: Decider;
  readonly limits: Limits;
  readonly now: () => number;
  readonly reach: ReachPoint;
  /** The command with this id that is not answered yet. */
  readonly find: (id: string) => AskedCommand | undefined;
  readonly finish: (asked: AskedCommand, answer: Answer) => void;
  /** The answer appends nothing: it is for the read gate, and rests on everything up to `needs`. */
  readonly answerLater: (asked: AskedCommand, needs: number, answer: Answer) => void;
  /** Events wait to be sent. */
  readonly placed: () => void;
  /** A write could not be decided, by a fault of ours. */
  readonly reported: (error: unknown) => void;
}

export class WritePath {
  private readonly backlog = new Backlog();
  private stopped = false;
  private turnIsDue = false;

  constructor(private readonly options: WritePathOptions) {}

  /** How long the next write has waited already to be decided, in milliseconds. */
  get delay(): number {
    return this.backlog.delay(this.options.now());
  }

  begin(asked: AskedCommand): void {
    if (this.backlog.isEmpty && !this.stopped && this.options.queue.hasRoom) {
      this.enter(asked);
    } else {
      asked.isInBacklog = true;
      this.backlog.push(asked);
    }
  }

  /** Goes on with the backlog, as far as there is room. */
  proceed(): void {
    for (let i = 0; i < DECIDED_IN_A_TURN && !this.stopped && this.options.queue.hasRoom; i++) {
      const asked = this.backlog.shift();
      if (asked === undefined) return;
      asked.isInBacklog = false;
      if (this.options.find(asked.command.id) === asked && asked.isAwaited) this.enter(asked);
    }
    if (this.backlog.isEmpty || this.stopped || this.turnIsDue) return;
    this.turnIsDue = true;
    setImmediate(() => {
      this.turnIsDue = false;
      if (this.options.queue.hasRoom) this.proceed();
    });
  }

  /** Decides nothing until `resume`; what comes back from aside meanwhile no longer counts. */
  stop(): void {
    this.stopped = true;
  }

  /** What had left the backlog is decided again, in the same order, before anything else. */
  resume(begun: readonly AskedCommand[]): void {
    this.stopped = false;
    for (const asked of begun) this.enter(asked);
    this.proceed();
  }

  private enter(asked: AskedCommand): void {
    const { id, idempotency, request } = asked.command;
    const recorded = this.options.state.commands.find(id);
    if (recorded !== undefined) this.answerRecorded(asked, recorded);
    else if (asked.deadline <= this.options.now()) this.options.finish(asked, refusalAnswer(notDecided(id)));
    else if (idempotency !== undefined && this.isRepeat(asked, idempotency)) return;
    else if (isWrite(request)) this.decide(asked, request);
  }

  /** When the key was used before, the answer is that of the first write, or the refusal of another body. */
  private isRepeat(asked: AskedCommand, { key, body }: NonNullable<CommandRecord['idempotency']>): boolean {
    const { state, queue, find, finish, now } = this.options;
    const waiting = find(queue.commandWithKey(key) ?? '');
    const recorded = state.idempotency.find(key, now());
    const first = waiting?.command.idempotency ?? recorded;
    if (first === undefined) return false;
    const share = (answer: Answer | undefined): void => {
      if (answer !== undefined) finish(asked, answer);
    };
    if (first.body !== body) this.place(asked, { kind: 'refused', refusal: keyReused() });
    else if (waiting !== undefined) waiting.join(share, asked.deadline);
    else if (recorded !== undefined) this.answerRecorded(asked, recorded.version);
    return true;
  }

  private answerRecorded(asked: AskedCommand, version: number): void {
    const { log, finish } = this.options;
    const { id, request } = asked.command;
    // It has happened: whatever becomes of the reading, nobody may be told that it did not.
    asked.sent = true;
    const unknown = refusalAnswer(outcomeUnknown(id));
    log.readEvent(version).then(
      (found) => finish(asked, found === undefined ? unknown : recordedAnswer(request, asked.body, found)),
      () => finish(asked, unknown),
    );
  }

  private decide(asked: AskedCommand, request: WriteRequest): void {
    asked.attempt += 1;
    const { attempt } = asked;
    const task: DecisionTask = {
      command: asked.command,
      request,
      body: asked.body,
      state: this.options.queue,
      now: new Date(this.options.now()),
      isWanted: () => asked.attempt === attempt && asked.isAwaited && !this.stopped,
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
    const { queue, limits, reach, answerLater, placed } = this.options;
    reach('after-decide');
    const events = appendedEvents(verdict);
    const weight = weightOf(events);
    if (weight > limits.commitBytes) {
      this.place(asked, { kind: 'refused', refusal: tooLargeForACommit(weight, limits.commitBytes) });
    } else if (events.length > 0) {
      const { commit, first } = queue.add(identityOf(asked.command), events);
      asked.placed = verdictAnswer(verdict, (index) => commit.events[first + index]?.version);
      placed();
    } else {
      answerLater(
        asked,
        queue.lastSequence,
        verdictAnswer(verdict, () => undefined),
      );
    }
  }
}

const isWrite = (request: Command['request']): request is WriteRequest =>
  request.verb !== 'get' && request.verb !== 'look' && request.verb !== 'kinds' && request.verb !== 'list';

const identityOf = ({ request: _, deadline: __, ...identity }: Command): CommandIdentity => identity;
