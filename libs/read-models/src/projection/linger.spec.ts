import { describe, expect, it } from '@jest/globals';
import { lingerFor } from './linger.js';

describe('a batch', () => {
  it.each([
    ['goes at once when it comes alone', { lastBatch: 0, queued: 1, elapsedMs: 5_000 }, 0],
    ['goes at once for one client that writes as fast as it can', { lastBatch: 1, queued: 2, elapsedMs: 2 }, 0],
    ['waits when small ones follow fast on one another', { lastBatch: 8, queued: 10, elapsedMs: 3 }, 25],
    ['goes at once when little came in a long time', { lastBatch: 8, queued: 10, elapsedMs: 500 }, 0],
    [
      'goes at once when the last one was large: the load makes them large by itself',
      { lastBatch: 300, queued: 90, elapsedMs: 9 },
      0,
    ],
    ['goes at once when enough has queued up', { lastBatch: 10, queued: 600, elapsedMs: 60 }, 0],
  ])('%s', (_rule, pace, ms) => {
    expect(lingerFor(pace)).toBe(ms);
  });
});
