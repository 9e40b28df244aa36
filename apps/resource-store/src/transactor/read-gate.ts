/**
 * Answers that append nothing wait here until nobody can call them stale:
 *
 *   enter ──► all that the answer rests on is acknowledged ──► a look begun after `enter` is confirmed ──► given
 *
 * A look asks for the log's end, or is an append; it is confirmed when it has shown that nobody else has written.
 * One look serves everything that entered before it began.
 */
export interface Waiting {
  /** The sequence that must be acknowledged first. */
  readonly needs: number;
  give(): void;
}

interface Entered {
  readonly waiting: Waiting;
  /** How many looks had begun when it came. */
  readonly after: number;
}

export class ReadGate {
  private entered: Entered[] = [];
  private begun = 0;
  private confirmed = 0;

  enter(waiting: Waiting): void {
    this.entered.push({ waiting, after: this.begun });
  }

  get hasWaiting(): boolean {
    return this.entered.length > 0;
  }

  /** Somebody waits for a look that has not begun. */
  get wantsLook(): boolean {
    const last = this.entered.at(-1);
    return last !== undefined && last.after === this.begun;
  }

  /** A look begins; the ticket confirms it. */
  beginLook(): number {
    this.begun += 1;
    return this.begun;
  }

  /** That look has shown that the log ends at what is acknowledged, which is `acknowledged` by now. */
  confirmLook(ticket: number, acknowledged: number): void {
    this.confirmed = Math.max(this.confirmed, ticket);
    this.release(acknowledged);
  }

  /** Gives every answer that waits for nothing more. */
  release(acknowledged: number): void {
    const ready = (entry: Entered): boolean => entry.after < this.confirmed && entry.waiting.needs <= acknowledged;
    const given = this.entered.filter(ready);
    if (given.length === 0) return;
    this.entered = this.entered.filter((entry) => !ready(entry));
    for (const { waiting } of given) waiting.give();
  }

  /** Looks that are on their way count for nobody any more. */
  lookAnew(): void {
    this.entered = this.entered.map(({ waiting }) => ({ waiting, after: this.begun }));
  }

  /** Takes back every answer of which `isStale` is true. */
  leaveAll(isStale: (waiting: Waiting) => boolean): void {
    this.entered = this.entered.filter(({ waiting }) => !isStale(waiting));
  }
}
