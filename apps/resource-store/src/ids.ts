/** Chance, for decisions. */
import { randomInt, randomUUID } from 'node:crypto';

import type { DecisionContext } from '@holdfast/resource';

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;

export const randomIds: DecisionContext['ids'] = {
  uid: () => randomUUID(),
  suffix: () =>
    Array.from({ length: SUFFIX_LENGTH }, () => SUFFIX_ALPHABET[randomInt(SUFFIX_ALPHABET.length)]).join(''),
};
