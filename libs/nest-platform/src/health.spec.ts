import { describe, expect, it } from '@jest/globals';

import { HealthRegistry } from './health.js';

describe('the health of a service', () => {
  it('is red while it is still starting and watches nothing yet', () => {
    expect(new HealthRegistry('reconciler').report()).toEqual({ status: 'error', service: 'reconciler', checks: {} });
  });
});
