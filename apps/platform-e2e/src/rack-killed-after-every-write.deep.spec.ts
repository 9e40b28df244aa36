import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { CHILDREN, KilledReconciler } from './killed-reconciler.fixtures.js';

const MINUTE_MS = 60_000;

describe('a reconciler that is killed after any of the writes that make a rack', () => {
  let world: KilledReconciler;

  beforeAll(async () => {
    world = await KilledReconciler.open();
  }, 2 * MINUTE_MS);
  afterAll(async () => {
    await world?.close();
  });

  it(
    'is followed by one that makes the rack whole, with no orphan and no duplicate',
    async () => {
      let k = 1;
      while ((await world.round(k)) === 'killed') k += 1;
      // Every child was made by a write of its own, and the rack's own status took some, too.
      expect(k).toBeGreaterThan(CHILDREN + 1);
    },
    20 * MINUTE_MS,
  );
});
