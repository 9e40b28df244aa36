import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { HealthRegistry } from './health.js';

describe('the health of a service', () => {
  it('is red while it is still starting and watches nothing yet', () => {
    expect(new HealthRegistry('reconciler').report()).toEqual({ status: 'error', service: 'reconciler', checks: {} });
  });
});

describe('a dependency', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is looked for often until it is there, then every second', async () => {
    const health = new HealthRegistry('reconciler');
    let there = false;
    let probes = 0;
    health.add('store', async () => {
      probes += 1;
      if (!there) throw new Error('away');
    });
    await jest.advanceTimersByTimeAsync(200);
    expect(probes).toBeGreaterThanOrEqual(4);
    there = true;
    await jest.advanceTimersByTimeAsync(100);
    expect(health.report().status).toBe('ok');

    const before = probes;
    there = false;
    await jest.advanceTimersByTimeAsync(3_000);
    expect(health.report().status).toBe('error');
    expect(probes - before).toBe(3);
    health.close();
  });
});
