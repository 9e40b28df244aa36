import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { claimNameOf } from './claim-name.js';

const digestOf = (text: string) => createHash('sha256').update(text).digest();

describe('the name of a claim that was given none', () => {
  it('is the preset and ten letters of base 32, the same for the same digest', () => {
    // The SHA-256 of "abc" is ba7816bf 8f01…
    expect(claimNameOf('web', digestOf('abc'))).toBe('web-xj4bnp4pah');
  });

  it('is a name of an object, however long that of the preset is', () => {
    const name = claimNameOf(`${'a'.repeat(241)}.b${'c'.repeat(10)}`, digestOf('abc'));
    expect(name).toBe(`${'a'.repeat(241)}-xj4bnp4pah`);
  });
});
