/**
 * When to look at the pools: soon after a wake, once for many, and by itself at the time that the last look named. The
 * longer a look takes, the longer is the pause after it, so that looking never takes all of the process.
 */
const SETTLE_MS = 10;
/** How many times as long as the look the pause is. */
const REST = 9;

export class Pacer {
  private timer: NodeJS.Timeout | undefined;
  private due = Number.POSITIVE_INFINITY;
  private earliest = 0;
  private stopped = false;

  /** `look` gives the time of the next one at the latest, on the clock of `performance.now`. */
  constructor(private readonly look: () => number) {}

  wake(): void {
    this.schedule(performance.now() + SETTLE_MS);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private schedule(at: number): void {
    const due = Math.max(at, this.earliest);
    if (this.stopped || due >= this.due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => this.run(), Math.max(0, due - performance.now()));
  }

  private run(): void {
    this.due = Number.POSITIVE_INFINITY;
    const began = performance.now();
    const next = this.look();
    this.earliest = performance.now() + REST * (performance.now() - began);
    this.schedule(next);
  }
}
