import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { boundaryOf, parseResourceVersion, positionOf, versionAt } from './resource-version.js';

const sequence = fc.integer({ min: 1, max: 2 ** 40 });
const index = fc.integer({ min: 0, max: 999 });
const base = fc.integer({ min: 0, max: 2 ** 50 });

describe('a resourceVersion', () => {
  it('is sequence × 1024 + index', () => {
    expect([versionAt(1, 0), versionAt(3, 7), boundaryOf(3)]).toEqual([1024, 3079, 4095]);
  });

  it('leads back to where its event stands, also in a restored log', () => {
    fc.assert(
      fc.property(sequence, index, base, (s, i, b) => {
        expect(positionOf(versionAt(s, i, b), b)).toEqual({ sequence: s, index: i });
      }),
    );
  });

  it('rises with the place in the log, and stays within its boundary', () => {
    fc.assert(
      fc.property(sequence, index, base, (s, i, b) => {
        expect(versionAt(s, i, b)).toBeLessThan(versionAt(s, i + 1, b));
        expect(versionAt(s, i, b)).toBeLessThanOrEqual(boundaryOf(s, b));
        expect(boundaryOf(s, b)).toBeLessThan(versionAt(s + 1, 0, b));
      }),
    );
  });
});

describe('the resourceVersion of a client', () => {
  it('reads back as it was told', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (version) => {
        expect(parseResourceVersion(String(version))).toBe(version);
      }),
    );
  });

  it.each(['', '0', '00', '-1', '+1', '1.0', '1e3', ' 1', '1 ', '0x10', '01', 'latest', '١'])(
    '%j is not one',
    (text) => {
      expect(parseResourceVersion(text)).toBeUndefined();
    },
  );

  it('that is absurdly large is ahead of any log, not rounded to another', () => {
    expect(parseResourceVersion('9007199254740993')).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseResourceVersion('9'.repeat(400))).toBe(Number.MAX_SAFE_INTEGER);
  });
});
