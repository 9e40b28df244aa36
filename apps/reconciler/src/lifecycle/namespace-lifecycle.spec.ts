import { describe, expect, it } from '@jest/globals';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { keyOf } from '@holdfast/reconcile';
import type { Kind } from '@holdfast/reconcile';
import { MemoryWorld } from '@holdfast/testing';

import { namespaceLifecycle } from './namespace-lifecycle.js';

const NAMESPACES: Kind = { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace' };
const THINGS: Kind = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' };
const TEAM = keyOf(NAMESPACES, '', 'team');

const aNamespace = (metadata: JsonObject = {}): MemoryWorld => {
  const world = new MemoryWorld([namespaceLifecycle]);
  // As the store does with `spec.finalizers`: something holds the namespace until it is finalized.
  world.store(TEAM, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team', finalizers: ['kubernetes'] } });
  for (const name of ['one', 'two']) {
    world.store(keyOf(THINGS, 'team', name), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata } });
  }
  world.store(keyOf(THINGS, 'default', 'one'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } });
  return world;
};

const statusIn = (world: MemoryWorld): JsonObject => objectAt(world.cache.get(TEAM)?.object, 'status');

describe('a namespace', () => {
  it('keeps what is in it until somebody deletes it', async () => {
    const world = aNamespace();
    await world.settle();
    expect(world.writes).toBe(0);
  });

  it('is emptied when it is deleted, and nothing else is', async () => {
    const world = aNamespace();
    world.delete(TEAM);
    await world.settle();
    expect(world.cache.list(THINGS).map(({ key }) => key.namespace)).toEqual(['default']);
  });

  it('says what remains in it, and what holds that', async () => {
    const world = aNamespace({ finalizers: ['example.com/held'] });
    world.delete(TEAM);
    await world.settle();
    expect(statusIn(world)['conditions']).toEqual([
      {
        type: 'NamespaceContentRemaining',
        status: 'True',
        reason: 'SomeResourcesRemain',
        message: 'Some resources are remaining: configmaps. has 2 resource instances',
        lastTransitionTime: '2026-01-01T10:00:00Z',
      },
      {
        type: 'NamespaceFinalizersRemaining',
        status: 'True',
        reason: 'SomeFinalizersRemain',
        message: 'Some content in the namespace has finalizers remaining: example.com/held in 2 resource instances',
        lastTransitionTime: '2026-01-01T10:00:00Z',
      },
    ]);
  });

  it('says it once: looking again writes nothing', async () => {
    const world = aNamespace({ finalizers: ['example.com/held'] });
    world.delete(TEAM);
    await world.settle();
    const before = world.writes;
    world.resync();
    await world.settle();
    expect(world.writes).toBe(before);
  });
});
