/**
 * Writes that wait to be decided, in the order of their arrival. Only so much is decided ahead of the log as the next
 * commits can take: what waits undecided costs nothing when its deadline passes, or when all has to be decided again.
 */
import type { AskedCommand } from './asked-command.js';

export class Backlog {
  private waiting: AskedCommand[] = [];
  private head = 0;

  get isEmpty(): boolean {
    return this.head === this.waiting.length;
  }

  push(asked: AskedCommand): void {
    this.waiting.push(asked);
  }

  shift(): AskedCommand | undefined {
    const asked = this.waiting[this.head];
    if (asked === undefined) return undefined;
    this.head += 1;
    if (this.isEmpty || this.head > this.waiting.length / 2) {
      this.waiting = this.waiting.slice(this.head);
      this.head = 0;
    }
    return asked;
  }

  /** How long the first has waited, in milliseconds. */
  delay(now: number): number {
    const first = this.waiting[this.head];
    return first === undefined ? 0 : now - first.askedAt;
  }
}
