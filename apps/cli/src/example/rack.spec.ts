import { describe, expect, it } from '@jest/globals';

import { rackResult } from './rack.js';

const rack = (generation: number, status?: object) => ({ metadata: { name: 'rack-01', generation }, status });
const ready = { type: 'Ready', status: 'True', message: 'all there' };

describe('the result of a rack', () => {
  it('is not ready before a reconciler has seen it', () => {
    expect(rackResult('rack-01', rack(1), 7)).toMatchObject({ ready: false, nodes: 0, tookMs: 7 });
  });

  it('is not ready while its status is about an older spec', () => {
    expect(rackResult('rack-01', rack(2, { observedGeneration: 1, conditions: [ready] }), 7).ready).toBe(false);
  });

  it('tells how many children a ready rack has', () => {
    const status = { totalChassis: 2, totalBlades: 8, totalNodes: 16, totalBMCs: 8 };
    const object = rack(1, { ...status, observedGeneration: 1, conditions: [ready] });
    expect(rackResult('rack-01', object, 7)).toEqual({
      name: 'rack-01',
      chassis: 2,
      blades: 8,
      nodes: 16,
      bmcs: 8,
      ready: true,
      reason: 'all there',
      tookMs: 7,
    });
  });

  it('tells in the own words of a rack why it is not ready', () => {
    const conditions = [{ type: 'Ready', status: 'False', message: 'template small is missing' }];
    expect(rackResult('rack-01', rack(1, { observedGeneration: 1, conditions }), 7)).toMatchObject({
      ready: false,
      reason: 'template small is missing',
    });
  });
});
