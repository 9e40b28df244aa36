import { describe, expect, it } from '@jest/globals';

import { ObjectCache } from './object-cache.js';
import { aChassisOf, aRack, changeTo, CHASSIS, RACKS } from './objects.fixtures.js';
import {
  allOf,
  annotationsChanged,
  anyOf,
  generationChanged,
  labelsChanged,
  not,
  watchFor,
  watchMapped,
  watchOwned,
} from './watches.js';

const nothing = new ObjectCache();
const before = aRack('rack-01', { version: 1, metadata: { generation: 1 } });
const created = changeTo(before);
const deleted = { key: before.key, before };
const lookedAtAgain = changeTo(before, before);
const specChanged = changeTo(aRack('rack-01', { version: 2, metadata: { generation: 2 } }), before);
const statusChanged = changeTo(aRack('rack-01', { version: 2, status: { used: 1 } }), before);
const labelled = changeTo(aRack('rack-01', { version: 2, metadata: { labels: { a: 'b' } } }), before);
const annotated = changeTo(aRack('rack-01', { version: 2, metadata: { annotations: { a: 'b' } } }), before);

describe('predicates', () => {
  it.each([
    ['generationChanged', generationChanged, [true, true, true, true, false, false, false]],
    ['labelsChanged', labelsChanged, [true, true, true, false, false, true, false]],
    ['annotationsChanged', annotationsChanged, [true, true, true, false, false, false, true]],
    ['allOf', allOf(labelsChanged, generationChanged), [true, true, true, false, false, false, false]],
    ['anyOf', anyOf(labelsChanged, generationChanged), [true, true, true, true, false, true, false]],
    ['not', not(generationChanged), [false, false, false, false, true, true, true]],
  ])(
    '%s passes creation, deletion, a second look, spec, status, labels, annotations: as the table says',
    (_, passes, expected) => {
      const changes = [created, deleted, lookedAtAgain, specChanged, statusChanged, labelled, annotated];

      expect(changes.map((change) => passes(change))).toEqual(expected);
    },
  );
});

describe('a watch for a kind', () => {
  it('wakes the object itself, when its predicate lets the change pass', () => {
    expect(watchFor(RACKS).wakes(statusChanged, nothing)).toEqual([before.key]);
    expect(watchFor(RACKS, generationChanged).wakes(statusChanged, nothing)).toEqual([]);
  });
});

describe('a mapped watch', () => {
  it('asks for keys only when its predicate lets the change pass', () => {
    const watch = watchMapped(RACKS, ({ key }) => [key], generationChanged);

    expect([statusChanged, specChanged].map((change) => watch.wakes(change, nothing))).toEqual([[], [before.key]]);
  });
});

describe('a watch of children', () => {
  const { wakes } = watchOwned(CHASSIS, RACKS);
  const keyOfRack = (name: string) => aRack(name).key;

  it('wakes the controlling owner', () => {
    expect(wakes(changeTo(aChassisOf('rack-01', 'c-0')), nothing)).toEqual([keyOfRack('rack-01')]);
  });

  it('wakes the old owner and the new one when a child moves', () => {
    const moved = changeTo(aChassisOf('rack-02', 'c-0', { version: 2 }), aChassisOf('rack-01', 'c-0'));

    expect(wakes(moved, nothing)).toEqual([keyOfRack('rack-01'), keyOfRack('rack-02')]);
  });

  it('wakes an owner that has no namespace', () => {
    const cache = new ObjectCache();
    const owner = { ...aRack('rack-01'), key: { ...aRack('rack-01').key, namespace: '' } };
    cache.put(owner);

    expect(wakes(changeTo(aChassisOf('rack-01', 'c-0')), cache)).toEqual([owner.key]);
  });

  it('wakes the owner of a child that is gone', () => {
    const child = aChassisOf('rack-01', 'c-0');

    expect(wakes({ key: child.key, before: child }, nothing)).toEqual([keyOfRack('rack-01')]);
  });

  it.each([
    ['does not control', { controller: false }],
    ['is of another kind', { kind: 'Shelf' }],
    ['is of another group', { apiVersion: 'v1' }],
  ])('wakes nobody when the owner %s', (_, difference) => {
    const owner = {
      apiVersion: 'inventory.holdfast.dev/v2',
      kind: 'Rack',
      name: 'rack-01',
      uid: 'u',
      controller: true,
    };
    const child = aChassisOf('rack-01', 'c-0', { metadata: { ownerReferences: [{ ...owner, ...difference }] } });

    expect(wakes(changeTo(child), nothing)).toEqual([]);
  });
});
