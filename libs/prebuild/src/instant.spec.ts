import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { END_OF_TIME, formatInstant, instantOf, millisecondsOf, parseInstant } from './instant.js';

describe('a time', () => {
  it.each([
    ['2025-06-02T05:00:00-04:00', '2025-06-02T09:00:00Z'],
    ['2025-06-02t09:00:00.100z', '2025-06-02T09:00:00.1Z'],
    ['2024-01-01T00:00:05.000001Z', '2024-01-01T00:00:05.000001Z'],
    ['1969-12-31T23:59:59.999999999Z', '1969-12-31T23:59:59.999999999Z'],
  ])('%s is read as %s', (text, expected) => {
    const instant = parseInstant(text);
    expect(instant === undefined ? undefined : formatInstant(instant)).toBe(expected);
  });

  it.each([
    '2025-06-02',
    '2025-06-02T09:00Z',
    '2025-06-02T09:00:00',
    '2025-06-02 09:00:00Z',
    '2025-02-29T09:00:00Z',
    '2025-06-02T24:00:00Z',
    '2025-06-02T09:00:60Z',
    '2025-06-02T09:00:00+24:00',
    '2025-06-02T09:00:00.1234567890Z',
    '',
  ])('%j is none', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('is written so that it is read as the same nanosecond again', () => {
    const year0 = -62_167_219_200_000_000_000n;
    fc.assert(
      fc.property(fc.bigInt({ min: year0, max: END_OF_TIME }), (instant) => {
        expect(parseInstant(formatInstant(instant))).toBe(instant);
      }),
    );
  });

  it('of the platform is kept to the millisecond', () => {
    const date = new Date('1969-12-31T23:59:59.999Z');
    expect(millisecondsOf(instantOf(date))).toBe(date.getTime());
    expect(millisecondsOf(instantOf(date) + 999_999n)).toBe(date.getTime());
  });
});
