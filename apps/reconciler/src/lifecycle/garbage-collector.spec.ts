import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@holdfast/kernel';
import { keyOf } from '@holdfast/reconcile';
import type { Kind } from '@holdfast/reconcile';
import { MemoryWorld } from '@holdfast/testing';

import { garbageCollector } from './garbage-collector.js';

const THINGS: Kind = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap' };
const NAMESPACES: Kind = { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace' };

const at = (name: string, namespace = 'default') => keyOf(THINGS, namespace, name);

/** A reference to the thing of this name; uids are the names. */
const ownedBy = (name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid: name,
  blockOwnerDeletion: true,
  ...more,
});

interface Thing {
  readonly owners?: readonly JsonObject[];
  readonly finalizers?: readonly string[];
  readonly namespace?: string;
  readonly uid?: string;
}

class Things extends MemoryWorld {
  constructor() {
    super([garbageCollector()], { cascades: false });
  }

  thing(name: string, { owners = [], finalizers = [], namespace = 'default', uid = name }: Thing = {}): void {
    const references = owners.length === 0 ? {} : { ownerReferences: owners };
    const metadata = { name, namespace, uid, finalizers, ...references };
    this.store(at(name, namespace), { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  }

  names(): readonly string[] {
    return this.cache.list(THINGS).map(({ key }) => key.name);
  }

  ownersOf(name: string): unknown {
    return (this.cache.get(at(name))?.object['metadata'] as JsonObject)['ownerReferences'];
  }

  letGo(name: string, finalizer: string): void {
    const metadata = this.cache.get(at(name))?.object['metadata'] as JsonObject;
    const finalizers = (metadata['finalizers'] as readonly string[]).filter((one) => one !== finalizer);
    this.store(at(name), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, finalizers } });
    if (finalizers.length === 0) this.remove(at(name));
  }
}

/** `top` owns `middle`, which owns `bottom`; `stranger` belongs to nobody. */
const threeLevels = (): Things => {
  const world = new Things();
  world.thing('top');
  world.thing('middle', { owners: [ownedBy('top')] });
  world.thing('bottom', { owners: [ownedBy('middle')] });
  world.thing('stranger');
  return world;
};

describe('an object with owners that are there', () => {
  it('is left alone', async () => {
    const world = threeLevels();
    await world.settle();
    expect(world.writes).toBe(0);
  });
});

describe('deletion in the background', () => {
  it('takes all that is below along', async () => {
    const world = threeLevels();
    world.delete(at('top'));
    await world.settle();
    expect(world.names()).toEqual(['stranger']);
  });

  it('takes along what is created only after its owner has gone', async () => {
    const world = new Things();
    world.thing('late', { owners: [ownedBy('gone')] });
    await world.settle();
    expect(world.names()).toEqual([]);
  });

  it('is of the owner with this uid, not of another that has its name now', async () => {
    const world = threeLevels();
    world.remove(at('top'));
    world.thing('top', { uid: 'another' });
    await world.settle();
    expect(world.names()).toEqual(['stranger', 'top']);
  });

  it('is not stopped by a uid that belongs to something of another name', async () => {
    const world = new Things();
    world.thing('owner');
    world.thing('dependent', { owners: [ownedBy('somebody', { uid: 'owner' })] });
    await world.settle();
    expect(world.names()).toEqual(['owner']);
  });

  it('goes on after a restart', async () => {
    const world = threeLevels();
    world.crashAfter = 1;
    world.delete(at('top'));
    await world.settle();
    world.restart();
    await world.settle();
    expect(world.names()).toEqual(['stranger']);
  });

  it('of a ring of owners ends with nothing left', async () => {
    const world = new Things();
    world.thing('a', { owners: [ownedBy('c')] });
    world.thing('b', { owners: [ownedBy('a')] });
    world.thing('c', { owners: [ownedBy('b')] });
    world.delete(at('a'));
    await world.settle();
    expect(world.names()).toEqual([]);
  });

  it('leaves it to a dependent with finalizers when it goes', async () => {
    const world = new Things();
    world.thing('top');
    world.thing('held', { owners: [ownedBy('top')], finalizers: ['example.com/held'] });
    world.delete(at('top'));
    await world.settle();
    expect(world.names()).toEqual(['held']);
    world.letGo('held', 'example.com/held');
    expect(world.names()).toEqual([]);
  });

  it('respects that a dependent wants to orphan its own', async () => {
    const world = threeLevels();
    world.thing('middle', { owners: [ownedBy('top')], finalizers: ['orphan'] });
    world.delete(at('top'));
    await world.settle();
    expect(world.names()).toEqual(['bottom', 'stranger']);
    expect(world.ownersOf('bottom')).toBeUndefined();
  });
});

describe('an object with several owners', () => {
  const shared = (): Things => {
    const world = new Things();
    world.thing('one');
    world.thing('two');
    world.thing('shared', { owners: [ownedBy('one'), ownedBy('two')] });
    return world;
  };

  it('stays while one of them is there, and names only that one', async () => {
    const world = shared();
    world.delete(at('one'));
    await world.settle();
    expect(world.names()).toEqual(['two', 'shared']);
    expect(world.ownersOf('shared')).toEqual([ownedBy('two')]);
  });

  it('goes with the last one', async () => {
    const world = shared();
    world.delete(at('one'));
    world.delete(at('two'));
    await world.settle();
    expect(world.names()).toEqual([]);
  });

  it('does not hold one that is deleted in the foreground', async () => {
    const world = shared();
    world.delete(at('one'), 'Foreground');
    await world.settle();
    expect(world.names()).toEqual(['two', 'shared']);
  });
});

describe('deletion in the foreground', () => {
  it('goes from the bottom up', async () => {
    const world = threeLevels();
    world.thing('bottom', { owners: [ownedBy('middle')], finalizers: ['example.com/held'] });
    world.delete(at('top'), 'Foreground');
    await world.settle();
    expect(world.names()).toEqual(['top', 'middle', 'bottom', 'stranger']);

    world.letGo('bottom', 'example.com/held');
    await world.settle();
    expect(world.names()).toEqual(['stranger']);
  });

  it('does not wait for dependents that do not block, and takes them along all the same', async () => {
    const world = new Things();
    world.thing('top');
    world.thing('loose', {
      owners: [ownedBy('top', { blockOwnerDeletion: false })],
      finalizers: ['example.com/held'],
    });
    world.delete(at('top'), 'Foreground');
    await world.settle();
    expect(world.names()).toEqual(['loose']);
    world.letGo('loose', 'example.com/held');
    expect(world.names()).toEqual([]);
  });

  it.each([
    ['of two', ['a', 'b']],
    ['of four', ['a', 'b', 'c', 'd']],
  ])('of a ring %s ends with nothing left', async (_, ring) => {
    const world = new Things();
    ring.forEach((name, i) => world.thing(name, { owners: [ownedBy(ring.at(i - 1) ?? '')] }));
    world.delete(at('a'), 'Foreground');
    await world.settle();
    expect(world.names()).toEqual([]);
  });

  it('of every member of a ring at once ends with nothing left', async () => {
    const world = new Things();
    const ring = ['a', 'b', 'c'];
    ring.forEach((name, i) => world.thing(name, { owners: [ownedBy(ring.at(i - 1) ?? '')] }));
    for (const name of ring) world.delete(at(name), 'Foreground');
    await world.settle();
    expect(world.names()).toEqual([]);
  });
});

describe('deletion that orphans', () => {
  it('leaves the dependents, without the reference', async () => {
    const world = threeLevels();
    world.delete(at('top'), 'Orphan');
    await world.settle();
    expect(world.names()).toEqual(['middle', 'bottom', 'stranger']);
    expect(world.ownersOf('middle')).toBeUndefined();
    expect(world.ownersOf('bottom')).toEqual([ownedBy('middle')]);
  });
});

describe('an owner of a kind that there is not', () => {
  const of = (uid: string) => ownedBy('boxes', { apiVersion: 'example.com/v1', kind: 'Box', uid });
  const BOX = { group: 'example.com', resource: 'boxes', namespace: 'default', name: 'boxes' };
  const box = {
    apiVersion: 'example.com/v1',
    kind: 'Box',
    metadata: { name: 'boxes', namespace: 'default', uid: 'box' },
  };

  it('keeps its dependents: nobody can say that it is gone', async () => {
    const world = new Things();
    world.thing('careful', { owners: [of('never-seen')] });
    world.thing('misspelled', { owners: [ownedBy('careful', { kind: 'ConfigMop' })] });
    await world.settle();
    expect(world.names()).toEqual(['careful', 'misspelled']);
    const outcomes = world.runs.filter(({ object }) => object?.key.name === 'misspelled').map(({ outcome }) => outcome);
    expect(outcomes).toMatchObject([
      {
        kind: 'waiting',
        reason: 'OwnerKindUnknown',
        message: 'there is no kind ConfigMop in v1: whether its owner "careful" is gone cannot be told',
      },
    ]);
  });

  it('does not keep them when it was seen to go', async () => {
    const world = new Things();
    world.store(BOX, box);
    world.thing('dependent', { owners: [of('box')] });
    await world.settle();
    world.remove(BOX);
    await world.settle();
    expect(world.names()).toEqual([]);
  });
});

describe('an owner in another namespace', () => {
  const complaints = (world: Things) =>
    world.runs.filter(({ outcome }) => outcome.kind === 'stalled').map(({ object, outcome }) => [object?.key, outcome]);

  it('counts as absent, which is told of the object that named it', async () => {
    const world = new Things();
    world.thing('owner', { namespace: 'elsewhere' });
    world.thing('dependent', { owners: [ownedBy('owner')] });
    await world.settle();
    expect(world.names()).toEqual(['owner']);
    expect(complaints(world)).toEqual([
      [
        at('dependent'),
        {
          kind: 'stalled',
          reason: 'OwnerRefInvalidNamespace',
          message:
            'ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: owner] does not exist in namespace "default"',
        },
      ],
    ]);
  });

  it('does no harm to an object that has a proper owner, too', async () => {
    const world = new Things();
    world.thing('far', { namespace: 'elsewhere' });
    world.thing('near');
    world.thing('dependent', { owners: [ownedBy('far'), ownedBy('near')] });
    await world.settle();
    expect(world.names()).toEqual(['far', 'near', 'dependent']);
    expect(world.ownersOf('dependent')).toEqual([ownedBy('near')]);
  });

  it('of an object that is in none is never found, so the object is never collected', async () => {
    const world = new Things();
    const metadata = { name: 'team', uid: 'team', ownerReferences: [ownedBy('gone')] };
    world.store(keyOf(NAMESPACES, '', 'team'), { apiVersion: 'v1', kind: 'Namespace', metadata });
    await world.settle();
    expect(world.cache.get(keyOf(NAMESPACES, '', 'team'))).toBeDefined();
    expect(complaints(world)).toHaveLength(1);
  });

  it('in no namespace may own objects in any', async () => {
    const world = new Things();
    const metadata = { name: 'team', uid: 'team' };
    world.store(keyOf(NAMESPACES, '', 'team'), { apiVersion: 'v1', kind: 'Namespace', metadata });
    world.thing('dependent', { owners: [ownedBy('team', { kind: 'Namespace' })] });
    await world.settle();
    expect(world.names()).toEqual(['dependent']);
  });
});
