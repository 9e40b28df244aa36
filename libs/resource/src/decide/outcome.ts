/** The three answers of a decision, and the limit that every stored object keeps. */
import type { Refusal } from '@holdfast/kernel';
import type { DecidedEvent, Decision, Refused, StoredObject, WriteOutcome } from './decision.js';
import { tooLarge } from './refusals.js';

/** The limit of an object as it is stored. */
export const MAX_OBJECT_BYTES = 512 * 1024;

export const refused = (refusal: Refusal): Refused => ({ kind: 'refused', refusal });

export const unchanged = (current: StoredObject, warnings: readonly string[] = []): Decision => ({
  kind: 'unchanged',
  current,
  warnings,
});

/** Accepts an event unless its object has outgrown what can be stored. */
export const accepted = (
  event: DecidedEvent,
  outcome: 'created' | 'changed',
  warnings: readonly string[] = [],
): Decision => {
  const size = event.bytes.length;
  if (size <= MAX_OBJECT_BYTES) return happened(event, outcome, warnings);
  return refused(tooLarge(`the object is ${size} bytes as stored, the limit is ${MAX_OBJECT_BYTES} bytes`));
};

/** Accepts an event whatever its object's size: what is too large must still be able to go. */
export const happened = (event: DecidedEvent, outcome: WriteOutcome, warnings: readonly string[] = []): Decision => ({
  kind: 'accepted',
  events: [event],
  outcome,
  warnings,
});

/** RFC 3339 in seconds, as timestamps stand in metadata. */
export const timestampOf = (now: Date): string => `${now.toISOString().slice(0, 19)}Z`;
