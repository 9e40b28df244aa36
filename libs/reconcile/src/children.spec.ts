import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@holdfast/kernel';

import { convergeChildren, planChildren } from './children.js';
import type { DesiredChild } from './children.js';
import { ControllerUnderTest } from './controller.fixtures.js';
import type { ObjectState } from './object-cache.js';
import { aChassisOf, anObject, aRack, CHASSIS, RACKS } from './objects.fixtures.js';
import { watchFor, watchOwned } from './watches.js';

const child = (name: string, content: JsonObject = { spec: { slot: 1 } }): DesiredChild => ({
  kind: CHASSIS,
  name,
  content,
});

const plan = (desired: readonly DesiredChild[], existing: readonly ObjectState[], owned = existing) =>
  planChildren({
    parentUid: 'uid-of-rack-01',
    kinds: [CHASSIS],
    desired,
    owned,
    at: ({ name }) => existing.find(({ key }) => key.name === name),
  });

describe('the children of a parent', () => {
  it('are made when they are missing', () => {
    expect(plan([child('c-0')], [])).toEqual([{ kind: 'create', child: child('c-0') }]);
  });

  it('are left alone when they contain what is desired, whatever else they hold', () => {
    const found = aChassisOf('rack-01', 'c-0', { spec: { slot: 1, model: 'X' }, status: { used: 1 } });

    expect(plan([child('c-0')], [found])).toEqual([]);
  });

  it('are put right when a member differs', () => {
    const found = aChassisOf('rack-01', 'c-0', { spec: { slot: 7 } });

    expect(plan([child('c-0')], [found])).toEqual([{ kind: 'correct', child: child('c-0'), found }]);
  });

  it('are put right when a label is missing', () => {
    const found = aChassisOf('rack-01', 'c-0', { spec: { slot: 1 } });
    const labelled = { ...child('c-0'), labels: { row: '7' } };

    expect(plan([labelled], [found])).toEqual([{ kind: 'correct', child: labelled, found }]);
  });

  it('are deleted when they are too much, but not twice', () => {
    const found = aChassisOf('rack-01', 'c-0');
    const going = aChassisOf('rack-01', 'c-1', { metadata: { deletionTimestamp: '2026-01-01T10:00:00Z' } });

    expect(plan([], [found, going])).toEqual([{ kind: 'delete', found, version: 'v1' }]);
  });

  it('are those that it controls: what only names it as an owner, too, is left alone', () => {
    const references = [
      { apiVersion: 'inventory.holdfast.dev/v1', kind: 'Rack', name: 'rack-01', uid: 'uid-of-rack-01' },
      { apiVersion: 'other.dev/v1', kind: 'Other', name: 'other', uid: 'uid-of-other', controller: true },
    ];
    const found = aChassisOf('rack-01', 'c-0', { metadata: { ownerReferences: references } });

    expect(plan([], [found])).toEqual([]);
  });

  it('of kinds that are not spoken of are left alone', () => {
    const other = anObject(RACKS, 'c-0');

    expect(plan([], [], [other])).toEqual([]);
  });

  it('are made again only when the one of the same name is gone', () => {
    const going = aChassisOf('rack-01', 'c-0', { metadata: { deletionTimestamp: '2026-01-01T10:00:00Z' } });

    expect(plan([child('c-0')], [going])).toEqual([{ kind: 'await', child: child('c-0') }]);
  });

  it('are not taken from somebody else', () => {
    const found = aChassisOf('rack-02', 'c-0', { spec: { slot: 1 } });

    expect(plan([child('c-0')], [found], [])).toEqual([{ kind: 'blocked', child: child('c-0'), found }]);
  });
});

describe('a child whose name is taken', () => {
  const rack = aRack('rack-01');
  const givenRackAnd = async (stranger: ObjectState) => {
    const world = new ControllerUnderTest({
      watches: [watchFor(RACKS), watchOwned(CHASSIS, RACKS)],
      reconcile: (run) => convergeChildren(run, rack, [CHASSIS], [child('c-0')]),
    });
    world.cache.put(stranger);
    world.given(rack);
    await world.turn();
    return world;
  };
  const orphan = anObject(CHASSIS, 'c-0');

  it.each<[string, ObjectState, string]>([
    ['nobody', orphan, 'nothing controls it: it is made anew once that one is deleted'],
    ['another parent', aChassisOf('rack-02', 'c-0'), 'Rack "rack-02" (uid uid-of-rack-02) controls it'],
  ])('is waited for, and the condition says who holds it: %s', async (_, stranger, holder) => {
    const world = await givenRackAnd(stranger);

    expect(world.written).toEqual([]);
    expect(world.reports.map(({ outcome }) => outcome)).toEqual([
      expect.objectContaining({ reason: 'NameTaken', message: `Chassis "c-0" exists, and ${holder}` }),
    ]);
  });

  it('is made as soon as the name is free, because of what freed it', async () => {
    const world = await givenRackAnd(orphan);
    const change = world.cache.remove(orphan.key, 7) ?? { key: orphan.key };
    world.controller.observe(change, { version: 7, correlationID: 'c' });
    await world.turn();

    expect(world.written.map(({ key, run }) => [key.name, run.cause?.version])).toEqual([['c-0', 7]]);
  });
});

describe('a parent that goes while its children are made', () => {
  const rack = aRack('rack-01');
  it.each<[string, (world: ControllerUnderTest) => unknown]>([
    ['gone', ({ cache }) => cache.remove(rack.key, 2)],
    [
      'replaced by another of its name',
      ({ cache }) => cache.put(aRack('rack-01', { version: 2, metadata: { uid: 'new' } })),
    ],
  ])('has no more made once it is %s', async (_, goes) => {
    const world = new ControllerUnderTest({
      reconcile: (run) => convergeChildren(run, rack, [CHASSIS], [child('c-0'), child('c-1')]),
    });
    world.answer = (state) => {
      goes(world);
      return Promise.resolve({ ok: true, state });
    };
    world.given(rack);
    await world.turn();

    expect(world.written.map(({ key }) => key.name)).toEqual(['c-0']);
    expect(world.outcomes).toContain('done');
  });
});
