import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { nameFromDigest } from './name-from-digest.js';

const digestOf = (text: string) => createHash('sha256').update(text).digest();

describe('a name from a digest', () => {
  it('is the prefix and ten letters of base 32, the same for the same digest', () => {
    // The SHA-256 of "abc" is ba7816bf 8f01…
    expect(nameFromDigest('web', digestOf('abc'))).toBe('web-xj4bnp4pah');
  });

  it('is a label, however long the prefix is', () => {
    const name = nameFromDigest(`${'a'.repeat(51)}-${'c'.repeat(11)}`, digestOf('abc'));
    expect(name).toBe(`${'a'.repeat(51)}-xj4bnp4pah`);
  });
});
