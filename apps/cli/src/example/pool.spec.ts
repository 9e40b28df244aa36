import { describe, expect, it } from '@jest/globals';

import { poolResult } from './pool.js';

const preset = (generation: number, status?: object) => ({ metadata: { name: 'hello-web', generation }, status });
const full = { desired: 3, running: 3, eligible: 3, starting: 0, failed: 0 };

describe('the result of a pool', () => {
  it('is not reached before anybody has looked at it', () => {
    expect(poolResult('hello-web', preset(1), 7)).toMatchObject({ reached: false, ready: 0, tookMs: 7 });
  });

  it('is not reached while its status is about an older spec', () => {
    expect(poolResult('hello-web', preset(2, { ...full, observedGeneration: 1 }), 7).reached).toBe(false);
  });

  it('is reached when as many are ready as it wants', () => {
    expect(poolResult('hello-web', preset(1, { ...full, observedGeneration: 1 }), 7)).toMatchObject({
      desired: 3,
      running: 3,
      ready: 3,
      reached: true,
    });
  });

  it('tells in the own words of the pool why it is not full', () => {
    const conditions = [{ type: 'Ready', status: 'False', message: '1 of 3 are ready' }];
    const status = { ...full, eligible: 1, starting: 2, observedGeneration: 1, conditions };
    expect(poolResult('hello-web', preset(1, status), 7)).toMatchObject({ reached: false, reason: '1 of 3 are ready' });
  });
});
