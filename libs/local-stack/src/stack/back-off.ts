const FIRST_MS = 250;
const LONGEST_MS = 10_000;
/** A process that ran this long is healthy again: its next crash is the first of a new row. */
const FORGIVEN_AFTER_MS = 30_000;

/** How many crashes in a row this makes. */
export const crashesInARow = (before: number, ranMs: number): number => (ranMs >= FORGIVEN_AFTER_MS ? 1 : before + 1);

/** How long to wait before the next start: 250 ms, doubled with each crash in a row, at most 10 s. */
export const restartDelay = (crashes: number): number => Math.min(FIRST_MS * 2 ** (crashes - 1), LONGEST_MS);
