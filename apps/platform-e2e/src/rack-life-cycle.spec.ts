import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import type { KubeObject } from './gateway-client.fixtures.js';
import { holds } from './holds.fixtures.js';
import { declareKinds, inventory, listedChildren, readyRack, readyStatus } from './racks.fixtures.js';
import type { Counts } from './racks.fixtures.js';

const GROUP = 'inventory.holdfast.dev';
const NOTHING = { chassis: 0, blades: 0, nodes: 0, bmcs: 0 };

type Layout = readonly [chassis: number, blades: number, nodes: number, bmcs: 'shared' | 'dedicated'];
const SMALL: Layout = [1, 2, 1, 'shared'];

const specOf = ([chassisCount, bladeCount, nodeCount, bmcMode]: Layout): object => ({
  chassisCount,
  chassisConfig: { bladeCount, bladeConfig: { nodeCount, bmcMode } },
});

const countsOf = ([chassis, bladesEach, nodesEach, mode]: Layout): Counts => {
  const blades = chassis * bladesEach;
  const nodes = blades * nodesEach;
  return { chassis, blades, nodes, bmcs: mode === 'shared' ? blades : nodes };
};

describe('the life of a rack', () => {
  let test: TestStack;
  let client: GatewayClient;
  const isThere = async (path: string): Promise<boolean> => (await client.send('GET', inventory(path))).code === 200;
  /** A rack with a template of its own, once it is Ready. */
  const aRack = async (name: string, layout: Layout): Promise<KubeObject> => {
    const apiVersion = `${GROUP}/v1`;
    const template = { apiVersion, kind: 'RackTemplate', metadata: { name: `${name}-template` }, spec: specOf(layout) };
    await client.create(inventory('racktemplates'), template);
    const spec = { templateName: `${name}-template` };
    await client.create(inventory('racks'), { apiVersion, kind: 'Rack', metadata: { name }, spec });
    return readyRack(client, name);
  };
  const templateStatus = async (name: string) => (await client.get(inventory(`racktemplates/${name}`))).status;

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await declareKinds(client);
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  it('a child that somebody alters is put right, but for what its parent leaves open', async () => {
    await aRack('altered', SMALL);
    const path = inventory('blades/altered-chassis-0-blade-1');
    await client.mergePatch(path, { spec: { bladeNumber: 7, chassisName: 'elsewhere', model: 'B200' } });
    const spec = { bladeNumber: 1, chassisName: 'altered-chassis-0', model: 'B200' };
    await holds(async () => expect((await client.get(path)).spec).toEqual(spec));
  });

  it('a chassis that somebody deletes comes back, with all that is below it', async () => {
    const layout: Layout = [2, 2, 1, 'shared'];
    await aRack('broken', layout);
    const below = inventory('nodes/broken-chassis-1-blade-1-node-0');
    const { uid } = (await client.get(below)).metadata;
    await client.delete(inventory('chassis/broken-chassis-1'), { propagationPolicy: 'Background' });
    await eventually(async () => (await client.get(below)).metadata.uid !== uid);
    await holds(async () => expect(await listedChildren(client, 'broken')).toEqual(countsOf(layout)));
  });

  it('a rack follows its template up, down, and to BMCs of another mode', async () => {
    await aRack('moving', [2, 4, 2, 'shared']);
    const layouts: readonly Layout[] = [
      [3, 4, 2, 'shared'],
      [1, 2, 1, 'shared'],
      [1, 2, 4, 'dedicated'],
      [1, 2, 4, 'shared'],
    ];
    for (const layout of layouts) {
      await client.mergePatch(inventory('racktemplates/moving-template'), { spec: specOf(layout) });
      await holds(async () => expect(await listedChildren(client, 'moving')).toEqual(countsOf(layout)));
      await holds(async () =>
        expect((await client.get(inventory('racks/moving'))).status).toMatchObject(readyStatus(countsOf(layout))),
      );
    }
  }, 120_000);

  it('a rack that is deleted in the foreground waits for the last of its children', async () => {
    await aRack('slow', SMALL);
    const node = inventory('nodes/slow-chassis-0-blade-1-node-0');
    await client.mergePatch(node, { metadata: { finalizers: ['example.com/held'] } });
    await client.delete(inventory('racks/slow'), { propagationPolicy: 'Foreground' });

    const held = { chassis: 1, blades: 1, nodes: 1, bmcs: 0 };
    await holds(async () => expect(await listedChildren(client, 'slow')).toEqual(held));
    expect((await client.get(inventory('racks/slow'))).metadata.finalizers).toEqual(['foregroundDeletion']);

    await client.mergePatch(node, { metadata: { finalizers: [] } });
    await eventually(async () => !(await isThere('racks/slow')));
    expect(await listedChildren(client, 'slow')).toEqual(NOTHING);
  });

  it('a rack that orphans its children leaves them as they are', async () => {
    await aRack('leaving', SMALL);
    await client.delete(inventory('racks/leaving'), { propagationPolicy: 'Orphan' });
    await eventually(async () => !(await isThere('racks/leaving')));
    expect(await listedChildren(client, 'leaving')).toEqual(countsOf(SMALL));
    const chassis = await client.get(inventory('chassis/leaving-chassis-0'));
    expect(chassis.metadata.ownerReferences).toBeUndefined();
  });

  it('a template counts its users, stays while there are any, says so, and goes with the last', async () => {
    await aRack('user-1', SMALL);
    const rack = await client.get(inventory('racks/user-1'));
    const { apiVersion, kind, spec } = rack;
    await client.create(inventory('racks'), { apiVersion, kind, metadata: { name: 'user-2' }, spec });
    await holds(async () => expect(await templateStatus('user-1-template')).toMatchObject({ usageCount: 2 }));

    await client.delete(inventory('racktemplates/user-1-template'));
    const message = 'used by 2 racks: user-1, user-2';
    const conditions = [
      { type: 'InUse', status: 'True', message },
      { type: 'Ready', status: 'False', reason: 'InUse', message },
    ];
    await holds(async () =>
      expect(await templateStatus('user-1-template')).toMatchObject({ usageCount: 2, conditions }),
    );
    expect((await client.get(inventory('racktemplates/user-1-template'))).metadata.finalizers).toEqual([
      `${GROUP}/in-use`,
    ]);

    await client.delete(inventory('racks/user-1'));
    await holds(async () => expect(await templateStatus('user-1-template')).toMatchObject({ usageCount: 1 }));
    await client.delete(inventory('racks/user-2'));
    await eventually(async () => !(await isThere('racktemplates/user-1-template')));
  });
});
