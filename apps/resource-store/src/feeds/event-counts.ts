/** How many events the log held at its recent sequences, and when, to tell how far a follower is behind. */
import type { Commit } from '@holdfast/contracts';

const KEPT = 16_384;

export class EventCounts {
  private readonly sequences = new Float64Array(KEPT);
  private readonly events = new Float64Array(KEPT);
  private readonly times = new Float64Array(KEPT);
  private newest = 0;

  /** `events` is how many the log holds up to and with this commit. */
  add({ sequence, timestamp }: Commit, events: number): void {
    this.sequences[sequence % KEPT] = sequence;
    this.events[sequence % KEPT] = events;
    this.times[sequence % KEPT] = timestamp;
    this.newest = sequence;
  }

  /** 0 for a sequence too long ago to be known: then everything counts as missing. */
  at(sequence: number): number {
    return this.knows(sequence) ? (this.events[sequence % KEPT] ?? 0) : 0;
  }

  /** When the first commit after `sequence` was written, or the oldest that is known; undefined when there is none. */
  timeAfter(sequence: number): number | undefined {
    if (sequence >= this.newest) return undefined;
    const next = this.knows(sequence + 1) ? sequence + 1 : this.newest - KEPT + 1;
    return this.knows(next) ? this.times[next % KEPT] : undefined;
  }

  private knows(sequence: number): boolean {
    return sequence > 0 && this.sequences[sequence % KEPT] === sequence;
  }
}
