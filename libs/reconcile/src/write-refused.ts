import { keyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/kernel';

import type { Outcome } from './outcome.js';

/** Refused by the store: the message is the store's own. */
export class WriteRefused extends Error {
  override readonly name = 'WriteRefused';

  constructor(
    key: ObjectKey,
    readonly refusal: Refusal,
  ) {
    super(`${keyText(key)}: ${refusal.message}`);
  }
}

/** A write was decided against an older state: the run after it sees the newer one. */
export const isConflict = (outcome: Outcome): boolean =>
  outcome.kind === 'retry' && outcome.error instanceof WriteRefused && outcome.error.refusal.reason === 'Conflict';
