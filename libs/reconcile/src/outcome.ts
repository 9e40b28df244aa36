/** How a run of a reconciler ended; the controller alone turns it into what happens next. */
import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';

import type { ObjectState } from './object-cache.js';

/** What a reconciler observed: members of the object's status, without its conditions, which follow from the outcome. */
interface Observed {
  readonly status?: JsonObject;
  /** Types of conditions of its own that it does not observe any more. */
  readonly withdrawn?: readonly string[];
}

/** What nothing else that wakes the reconciler tells of: another state of one of these objects than the one seen wakes the key. */
interface Awaiting {
  readonly awaits?: readonly Pick<ObjectState, 'key' | 'version'>[];
}

/** What people read of it: a CamelCase word and a sentence. */
interface Explained {
  readonly reason: string;
  readonly message: string;
}

export type Outcome =
  /** The world is as declared; the next change wakes the key. */
  | ({ readonly kind: 'done' } & Partial<Explained> & Observed)
  /** As declared for now; look again after `ms`, unless a change comes first. */
  | ({ readonly kind: 'after'; readonly ms: number } & Partial<Explained> & Observed)
  /** Something else has to happen first; its change wakes the key, or `ms` have passed. */
  | ({ readonly kind: 'waiting'; readonly ms?: number } & Explained & Observed & Awaiting)
  /** Only a changed declaration can help: no retry. */
  | ({ readonly kind: 'stalled' } & Explained & Observed)
  /** Went wrong, may go well: again after the key's back-off. */
  | ({ readonly kind: 'retry'; readonly error: Error; readonly thrown?: true } & Observed);

export const done: Outcome = { kind: 'done' };
export const after = (ms: number): Outcome => ({ kind: 'after', ms });
export const waiting = (reason: string, message: string, ms?: number): Outcome =>
  ms === undefined ? { kind: 'waiting', reason, message } : { kind: 'waiting', reason, message, ms };
export const stalled = (reason: string, message: string): Outcome => ({ kind: 'stalled', reason, message });
export const retry = (error: Error): Outcome => ({ kind: 'retry', error });
/** Nobody meant it: the run threw, or returned no outcome. */
export const retryThrown = (error: Error): Outcome => ({ kind: 'retry', error, thrown: true });

/** The same outcome, with what was observed. */
export const observing = (outcome: Outcome, status: JsonObject): Outcome => ({ ...outcome, status });

/** What a run returned, if it is an outcome; throws a TypeError that tells what is wrong with it. */
export const checkOutcome = (returned: unknown): Outcome => {
  const outcome = returned as Outcome | undefined;
  const problem = problemOf(outcome);
  if (outcome === undefined || problem !== undefined) {
    throw new TypeError(`a reconciler must return an outcome, not ${textOf(returned)}: ${problem ?? 'nothing'}`);
  }
  return outcome;
};

const problemOf = (outcome: Partial<Outcome> | null | undefined): string | undefined => {
  switch (outcome?.kind) {
    case 'done':
      return explanationProblem(outcome, 'optional');
    case 'after':
      return delayProblem(outcome.ms) ?? explanationProblem(outcome, 'optional');
    case 'waiting':
      return (
        (outcome.ms === undefined ? undefined : delayProblem(outcome.ms)) ??
        awaitsProblem(outcome.awaits) ??
        explanationProblem(outcome, 'required')
      );
    case 'stalled':
      return explanationProblem(outcome, 'required');
    case 'retry':
      return outcome.error instanceof Error ? undefined : 'its error is not an Error';
    default:
      return 'its kind is not done, after, waiting, stalled or retry';
  }
};

const delayProblem = (ms: unknown): string | undefined =>
  typeof ms === 'number' && ms >= 0 && ms <= LONGEST_DELAY_MS ? undefined : `ms must be from 0 to ${LONGEST_DELAY_MS}`;

const awaitsProblem = (awaits: unknown): string | undefined => {
  const areObjects =
    Array.isArray(awaits) && awaits.every((one: unknown) => isJsonObject(one) && isJsonObject(one['key']));
  return awaits === undefined || areObjects ? undefined : 'awaits must be a list of objects';
};

const explanationProblem = (
  { reason, message }: { readonly reason?: unknown; readonly message?: unknown },
  need: 'optional' | 'required',
): string | undefined => {
  if (need === 'optional' && reason === undefined && message === undefined) return undefined;
  if (typeof reason !== 'string' || !REASON.test(reason)) return `its reason must match ${REASON.source}`;
  return typeof message === 'string' ? undefined : 'its message must be a string';
};

/** The longest that a timer can wait. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** As the Kubernetes API conventions want the reason of a condition. */
const REASON = /^[A-Za-z](?:[A-Za-z0-9_,:]{0,1022}[A-Za-z0-9_])?$/;

const textOf = (value: unknown): string => {
  try {
    return JSON.stringify(value)?.slice(0, 200) ?? String(value);
  } catch {
    return String(value);
  }
};
