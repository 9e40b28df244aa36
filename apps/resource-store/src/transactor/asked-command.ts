/** A command from its arrival to its answer. */
import type { Answer } from '@holdfast/command-client';
import type { Command, Request } from '@holdfast/contracts';

import type { Waiting } from './read-gate.js';

const READS: ReadonlySet<Request['verb']> = new Set(['get', 'look', 'kinds', 'list'] as const);

/** Undefined: this transactor will not answer any more. */
export type Taker = (answer: Answer | undefined) => void;

export interface Arrival {
  readonly command: Command;
  readonly body: Buffer;
  /** Milliseconds, as the deadline. */
  readonly askedAt: number;
  readonly deadline: number;
}

export class AskedCommand {
  readonly command: Command;
  readonly body: Buffer;
  readonly askedAt: number;
  deadline: number;
  /** It waits to be decided. */
  isInBacklog = false;
  /** Counts the times it was decided: what comes back from aside for an earlier time no longer counts. */
  attempt = 0;
  /** Its events were given to the log: only the log can tell now whether it happens. */
  sent = false;
  /** Its events wait in a commit. */
  placed: Answer | undefined;
  /** Its answer waits at the read gate. */
  waiting: Waiting | undefined;
  private takers: Taker[];

  constructor(from: Arrival, taker: Taker) {
    this.command = from.command;
    this.body = from.body;
    this.askedAt = from.askedAt;
    this.deadline = from.deadline;
    this.takers = [taker];
  }

  get isWrite(): boolean {
    return !READS.has(this.command.request.verb);
  }

  /** Nothing was decided about it after all. */
  reset(): void {
    this.sent = false;
    this.placed = undefined;
    this.waiting = undefined;
  }

  /** Somebody waits for the answer still. */
  get isAwaited(): boolean {
    return this.takers.length > 0;
  }

  /** The same command again: it waits for the same answer, until its own deadline. */
  join(taker: Taker, deadline: number): void {
    this.takers.push(taker);
    this.deadline = Math.max(this.deadline, deadline);
  }

  /** Answers everybody who waits. */
  give(answer: Answer | undefined): void {
    const { takers } = this;
    this.takers = [];
    for (const take of takers) take(answer);
  }
}
