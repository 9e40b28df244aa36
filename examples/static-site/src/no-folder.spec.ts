import { describe, expect, it } from '@jest/globals';

import { keyOf } from '@holdfast/reconcile';
import { MemoryWorld } from '@holdfast/testing';

import { STATIC_SITES } from './site.js';
import { staticSiteReconciler } from './site-reconciler.js';

const HELLO = keyOf(STATIC_SITES, 'default', 'hello');

describe('a site whose replica has no folder for sites', () => {
  const given = (): MemoryWorld => {
    const world = new MemoryWorld([staticSiteReconciler({ root: undefined })]);
    world.given(STATIC_SITES, 'hello', { files: [{ path: 'index.html', content: 'hello' }], index: 'index.html' });
    return world;
  };

  it('says so', async () => {
    const world = given();
    await world.settle();

    expect(world.cache.get(HELLO)?.object).toMatchObject({
      status: { url: '', conditions: [{ type: 'Ready', status: 'False', reason: 'NoSitesFolder' }] },
    });
  });

  it('may go', async () => {
    const world = given();
    await world.settle();
    world.delete(HELLO);
    await world.settle();

    expect(world.cache.get(HELLO)).toBeUndefined();
  });
});
