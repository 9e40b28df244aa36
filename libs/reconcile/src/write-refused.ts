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

/** The key was let go of during the run. */
export class KeyLetGo extends Error {
  override readonly name = 'KeyLetGo';

  constructor() {
    super('the key was let go');
  }
}

/** Somebody else was faster: the next run, here or on another replica, sees the newer state. */
export const isConflict = (outcome: Outcome): boolean =>
  outcome.kind === 'retry' &&
  (outcome.error instanceof KeyLetGo ||
    (outcome.error instanceof WriteRefused && outcome.error.refusal.reason === 'Conflict'));
