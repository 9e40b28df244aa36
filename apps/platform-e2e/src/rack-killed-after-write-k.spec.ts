import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { CHILDREN, KilledReconciler } from './killed-reconciler.fixtures.js';

describe('a reconciler that is killed while it makes a rack', () => {
  let world: KilledReconciler;

  beforeAll(async () => {
    world = await KilledReconciler.open();
  }, 120_000);
  afterAll(async () => {
    await world?.close();
  });

  it.each([1, 2, 9, 20, CHILDREN])(
    'after write %i: the next one makes it whole, with no orphan and no duplicate',
    async (k) => {
      expect(await world.round(k)).toBe('killed');
    },
    60_000,
  );
});
