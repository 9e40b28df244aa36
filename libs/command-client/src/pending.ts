import type { Command } from '@holdfast/contracts';

import type { Answer } from './commands.js';
import { isRead } from './refusals.js';

/** Nobody listened: somebody may after this time. */
const RETURNED_MS = 200;
/** An answer that takes longer may never come. */
const SILENCE_MS = 700;

/** One command that waits for its answer. */
export class Pending {
  readonly tag: number;
  readonly command: Command;
  readonly body: Buffer;
  readonly resolve: (answer: Answer) => void;
  /** In the outbox, to be sent at the end of this turn. */
  queued = false;
  readonly askedAt: number;
  lastSentAt: number;
  /** How many of its sendings may have reached somebody. */
  #underway = 0;

  constructor(from: { tag: number; command: Command; body: Buffer; now: number; resolve: (answer: Answer) => void }) {
    this.tag = from.tag;
    this.command = from.command;
    this.body = from.body;
    this.askedAt = from.now;
    this.lastSentAt = from.now;
    this.resolve = from.resolve;
  }

  /** Whether it should be sent again: it came back, or an answer takes too long; each time the patience doubles. */
  isDue(now: number): boolean {
    if (this.queued) return false;
    const patience = this.#underway === 0 ? RETURNED_MS : SILENCE_MS * 2 ** Math.min(this.#underway - 1, 4);
    return now - this.lastSentAt >= patience;
  }

  /** Whether the command, a write, may have been taken by a transactor. */
  get mayHaveHappened(): boolean {
    return this.#underway > 0 && !isRead(this.command);
  }

  sent(now: number): void {
    this.lastSentAt = now;
    this.#underway++;
  }

  /** NATS said that nobody listened to one of its sendings. */
  returned(): void {
    this.#underway--;
  }
}
