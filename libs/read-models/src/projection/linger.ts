export interface Pace {
  /** Events in the last batch. */
  readonly lastBatch: number;
  /** Events that queued up since it was taken. */
  readonly queued: number;
  /** How long ago it was taken. */
  readonly elapsedMs: number;
}

const LINGER_MS = 25;
const SMALL_BATCH = 256;
/** Below this rate a transaction of its own for each commit costs little, and rows appear sooner. */
const HIGH_RATE_PER_SECOND = 1_000;
/** Fewer events say nothing about a rate. */
const SAMPLE = 4;

/**
 * How long a batch waits for more, in ms. Under load, transactions that are small cost more than their events:
 * there waiting pays. What comes alone, or has queued up already, never waits.
 */
export const lingerFor = ({ lastBatch, queued, elapsedMs }: Pace): number => {
  if (lastBatch >= SMALL_BATCH || queued >= SMALL_BATCH || queued < SAMPLE) return 0;
  return queued * 1_000 > HIGH_RATE_PER_SECOND * elapsedMs ? LINGER_MS : 0;
};
