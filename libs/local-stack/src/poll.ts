/** Waiting for a fact about another process: it cannot tell us, so we look. */
import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 15;

/** Resolves with the first defined answer; rejects with `late()` after the limit. */
export const pollUntil = async <T>(
  look: () => Promise<T | undefined> | T | undefined,
  { limitMs, late, everyMs = INTERVAL_MS }: { limitMs: number; late: () => Error; everyMs?: number },
): Promise<T> => {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw late();
    await delay(everyMs);
  }
};
