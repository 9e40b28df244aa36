import { describe, expect, it } from '@jest/globals';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { keyOf } from '@holdfast/reconcile';
import { MemoryWorld } from '@holdfast/testing';

import { rackReconcilers } from './index.js';
import { BLADES, BMCS, CHASSIS, NODES, RACK_TEMPLATES, RACKS } from './inventory.js';

const RACK = keyOf(RACKS, 'default', 'rack-01');

const layout = (chassisCount: number, bladeCount: number, nodeCount: number, bmcMode: string): JsonObject => ({
  chassisCount,
  chassisConfig: { bladeCount, bladeConfig: { nodeCount, bmcMode } },
});

const aRackOf = (template: JsonObject): MemoryWorld => {
  const world = new MemoryWorld(rackReconcilers);
  world.given(RACK_TEMPLATES, 'standard', template);
  world.given(RACKS, 'rack-01', { templateName: 'standard' });
  return world;
};

const countsIn = (world: MemoryWorld) => ({
  chassis: world.count(CHASSIS),
  blades: world.count(BLADES),
  nodes: world.count(NODES),
  bmcs: world.count(BMCS),
});

const rackStatus = (world: MemoryWorld): JsonObject => {
  return objectAt(world.cache.get(RACK)?.object, 'status');
};

const SMALL = { chassis: 2, blades: 8, nodes: 16, bmcs: 8 };

describe('a rack of 2 chassis, 4 blades and 2 nodes with shared BMCs', () => {
  it('becomes 2 chassis, 8 blades, 16 nodes and 8 BMCs, and says so', async () => {
    const world = aRackOf(layout(2, 4, 2, 'shared'));

    await world.settle();

    expect(countsIn(world)).toEqual(SMALL);
    expect(rackStatus(world)).toEqual({
      totalChassis: 2,
      totalBlades: 8,
      totalNodes: 16,
      totalBMCs: 8,
      observedGeneration: 1,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'Provisioned',
          message: '2 chassis, 8 blades, 16 nodes, 8 BMCs',
          observedGeneration: 1,
          lastTransitionTime: '2026-01-01T10:00:00Z',
        },
      ],
    });
  });

  it('names its parts after their parents', async () => {
    const world = aRackOf(layout(2, 4, 2, 'shared'));

    await world.settle();

    const node = world.cache.get(keyOf(NODES, 'default', 'rack-01-chassis-0-blade-1-node-0'));
    expect(node?.object['spec']).toEqual({
      bladeName: 'rack-01-chassis-0-blade-1',
      nodeNumber: 0,
      bmcName: 'rack-01-chassis-0-blade-1-bmc-0',
    });
  });

  it('writes nothing more when all is as declared', async () => {
    const world = aRackOf(layout(2, 4, 2, 'shared'));
    await world.settle();
    const before = world.writes;

    world.resync();
    await world.settle();

    expect(world.writes).toBe(before);
  });

  it('comes out the same whichever write the reconciler dies after', async () => {
    const whole = aRackOf(layout(2, 4, 2, 'shared'));
    await whole.settle();

    for (let k = 1; k <= whole.writes; k++) {
      const world = aRackOf(layout(2, 4, 2, 'shared'));
      world.crashAfter = k;
      await world.settle();
      world.restart();
      expect(await world.settle()).toBe('settled');

      expect({ k, ...countsIn(world) }).toEqual({ k, ...SMALL });
    }
  });
});

describe('a rack of 1 chassis, 2 blades and 4 nodes with dedicated BMCs', () => {
  it('becomes 1 chassis, 2 blades, 8 nodes and 8 BMCs', async () => {
    const world = aRackOf(layout(1, 2, 4, 'dedicated'));

    await world.settle();

    expect(countsIn(world)).toEqual({ chassis: 1, blades: 2, nodes: 8, bmcs: 8 });
  });
});

describe('a rack that is Ready', () => {
  it('gets a part back that was deleted, with all below it', async () => {
    const world = aRackOf(layout(2, 4, 2, 'shared'));
    await world.settle();

    world.remove(keyOf(NODES, 'default', 'rack-01-chassis-1-blade-3-node-1'));
    await world.settle();

    expect(countsIn(world)).toEqual(SMALL);
  });

  it('puts a part right that was altered', async () => {
    const world = aRackOf(layout(2, 4, 2, 'shared'));
    await world.settle();
    const key = keyOf(BLADES, 'default', 'rack-01-chassis-0-blade-0');
    const blade = world.cache.get(key);

    world.store(key, { ...blade?.object, spec: { ...objectAt(blade?.object, 'spec'), bladeNumber: 7, model: 'B200' } });
    await world.settle();

    const repaired = world.cache.get(key);
    expect(repaired?.object['spec']).toEqual({ chassisName: 'rack-01-chassis-0', bladeNumber: 0, model: 'B200' });
  });

  it.each([
    ['grows', layout(3, 4, 2, 'shared'), { chassis: 3, blades: 12, nodes: 24, bmcs: 12 }],
    ['shrinks', layout(1, 2, 1, 'shared'), { chassis: 1, blades: 2, nodes: 2, bmcs: 2 }],
    ['changes its BMCs', layout(2, 4, 2, 'dedicated'), { chassis: 2, blades: 8, nodes: 16, bmcs: 16 }],
  ])('follows its template when that %s', async (_, template, expected) => {
    const world = aRackOf(layout(2, 4, 2, 'shared'));
    await world.settle();

    world.given(RACK_TEMPLATES, 'standard', template);
    await world.settle();

    expect(countsIn(world)).toEqual(expected);
    expect(rackStatus(world)['conditions']).toEqual([expect.objectContaining({ type: 'Ready', status: 'True' })]);
  });
});

describe('a rack whose template does not exist', () => {
  it('says so and goes on when the template comes', async () => {
    const world = new MemoryWorld(rackReconcilers);
    world.given(RACKS, 'rack-01', { templateName: 'standard' });
    await world.settle();
    expect(rackStatus(world)['conditions']).toEqual([
      expect.objectContaining({
        status: 'False',
        reason: 'TemplateNotFound',
        message: 'RackTemplate "standard" does not exist',
      }),
    ]);

    world.given(RACK_TEMPLATES, 'standard', layout(2, 4, 2, 'shared'));
    await world.settle();

    expect(countsIn(world)).toEqual(SMALL);
  });
});

describe('a part whose name is taken', () => {
  it('leaves the stranger alone and tells of it', async () => {
    const world = aRackOf(layout(1, 1, 1, 'shared'));
    world.given(CHASSIS, 'rack-01-chassis-0', { rackName: 'somebody-else', chassisNumber: 0 });

    await world.settle();

    expect(rackStatus(world)['conditions']).toEqual([
      expect.objectContaining({
        status: 'False',
        reason: 'NameTaken',
        message:
          'Chassis "rack-01-chassis-0" exists, and nothing controls it: it is made anew once that one is deleted',
      }),
    ]);
  });

  it('is made as soon as the stranger has gone', async () => {
    const world = aRackOf(layout(1, 1, 1, 'shared'));
    const stranger = world.given(CHASSIS, 'rack-01-chassis-0', { rackName: 'somebody-else', chassisNumber: 0 });
    await world.settle();
    world.delete(stranger.key);
    await world.settle();

    expect(rackStatus(world)['conditions']).toEqual([expect.objectContaining({ status: 'True' })]);
  });
});

describe('a template', () => {
  const templateStatus = (world: MemoryWorld): JsonObject | undefined => {
    const template = world.cache.get(keyOf(RACK_TEMPLATES, 'default', 'standard'));
    return template && objectAt(template.object, 'status');
  };

  it('wakes nothing below it when only its users are counted anew', async () => {
    const world = aRackOf(layout(1, 1, 1, 'shared'));
    await world.settle();
    const runs = world.runs.length;
    const template = world.cache.get(keyOf(RACK_TEMPLATES, 'default', 'standard'));
    if (template !== undefined) world.store(template.key, { ...template.object, status: { usageCount: 7 } });
    await world.settle();

    expect(new Set(world.runs.slice(runs).map(({ controller }) => controller))).toEqual(new Set(['rack-template']));
  });

  it('counts the racks that use it', async () => {
    const world = aRackOf(layout(1, 1, 1, 'shared'));
    await world.settle();
    expect(templateStatus(world)).toMatchObject({ usageCount: 1 });

    world.given(RACKS, 'rack-01', { templateName: 'other' });
    await world.settle();

    expect(templateStatus(world)).toMatchObject({
      usageCount: 0,
      conditions: [{ type: 'InUse', status: 'False' }, { type: 'Ready' }],
    });
  });

  it('stays while a rack uses it, says so, and goes with the last one', async () => {
    const world = aRackOf(layout(1, 1, 1, 'shared'));
    await world.settle();

    world.delete(keyOf(RACK_TEMPLATES, 'default', 'standard'));
    await world.settle();
    expect(templateStatus(world)?.['conditions']).toEqual([
      expect.objectContaining({ type: 'InUse', status: 'True', message: 'used by 1 racks: rack-01' }),
      expect.objectContaining({ type: 'Ready', status: 'False', reason: 'InUse', message: 'used by 1 racks: rack-01' }),
    ]);

    world.remove(RACK);
    await world.settle();
    expect(templateStatus(world)).toBeUndefined();
  });
});
