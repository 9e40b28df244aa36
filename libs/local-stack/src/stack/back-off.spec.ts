import { describe, expect, it } from '@jest/globals';

import { crashesInARow, restartDelay } from './back-off.js';

describe('starting a crashed process again', () => {
  it('waits twice as long after each crash in a row, at most 10 s', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 50].map(restartDelay)).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000,
    ]);
  });

  it('forgives earlier crashes once a process has run for half a minute', () => {
    expect(crashesInARow(4, 29_999)).toBe(5);
    expect(crashesInARow(4, 30_000)).toBe(1);
  });
});
