/** Waiting for a fact: tries until the function neither throws nor returns false, and fails with its last reason. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/** Resolves with the first answer that is neither false nor undefined. */
export const eventually = async <T>(
  look: () => Promise<T | false | undefined> | T | false | undefined,
  { withinMs = 30_000, everyMs = 20 }: Patience = {},
): Promise<T> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const { answer, failure } = await attempt(look);
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() >= deadline)
      throw new Error(`not within ${withinMs} ms: ${reason(answer, failure)}`, { cause: failure });
    await delay(everyMs);
  }
};

const attempt = async <T>(
  look: () => Promise<T | false | undefined> | T | false | undefined,
): Promise<{ answer?: T | false | undefined; failure?: unknown }> => {
  try {
    return { answer: await look() };
  } catch (failure) {
    return { failure };
  }
};

const reason = (answer: unknown, failure: unknown): string => {
  if (failure === undefined) return `it was still ${String(answer)}`;
  return failure instanceof Error ? failure.message : JSON.stringify(failure);
};
