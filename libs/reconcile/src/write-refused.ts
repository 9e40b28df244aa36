import { keyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/kernel';

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
