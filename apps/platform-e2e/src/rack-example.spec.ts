import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import { holds } from './holds.fixtures.js';
import {
  declareExample,
  declareKinds,
  exampleObjects,
  inventory,
  listedChildren,
  readyRack,
  readyStatus,
} from './racks.fixtures.js';

const STANDARD = { chassis: 2, blades: 8, nodes: 16, bmcs: 8 };
const DENSE = { chassis: 1, blades: 2, nodes: 8, bmcs: 8 };
const NOTHING = { chassis: 0, blades: 0, nodes: 0, bmcs: 0 };

describe('the rack example', () => {
  let test: TestStack;
  let client: GatewayClient;

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await declareKinds(client);
    await declareExample(client);
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  it.each([
    ['rack-01', 'shared BMCs', STANDARD],
    ['rack-02', 'dedicated BMCs', DENSE],
  ])('%s, with %s, becomes exactly what its template says', async (name, _bmcs, counts) => {
    const rack = await readyRack(client, name);
    expect(rack.status).toMatchObject(readyStatus(counts));
    expect(await listedChildren(client, name)).toEqual(counts);
  });

  it('each child is named after its parent, which owns it', async () => {
    const parents = ['racks/rack-01', 'chassis/rack-01-chassis-1', 'blades/rack-01-chassis-1-blade-3'];
    const children = [...parents.slice(1), 'nodes/rack-01-chassis-1-blade-3-node-1'];
    for (const [index, path] of parents.entries()) {
      const [parent, child] = await Promise.all([
        client.get(inventory(path)),
        client.get(inventory(children[index] ?? '')),
      ]);
      const { uid, name } = parent.metadata;
      expect(child.metadata).toMatchObject({
        ownerReferences: [{ uid, name, kind: parent.kind, controller: true }],
      });
    }
  });

  it('a child that somebody deletes is made again', async () => {
    const path = inventory('nodes/rack-02-chassis-0-blade-0-node-3');
    const { uid } = (await client.get(path)).metadata;
    await client.delete(path);
    await eventually(async () => (await client.get(path)).metadata.uid !== uid);
    await holds(async () => expect(await listedChildren(client, 'rack-02')).toEqual(DENSE));
  });

  it('a reconciler killed in the middle leaves nothing twice and nothing out', async () => {
    const before = test.pid('reconciler');
    for (const name of ['rack-03', 'rack-04', 'rack-05']) {
      const [, , rack] = await exampleObjects();
      await client.create(inventory('racks'), { ...rack, metadata: { name } });
    }
    await eventually(async () => (await listedChildren(client, 'rack-03')).blades > 0, { everyMs: 5 });
    process.kill(before, 'SIGKILL');
    for (const name of ['rack-03', 'rack-04', 'rack-05']) {
      expect((await readyRack(client, name)).status).toMatchObject(readyStatus(STANDARD));
      expect(await listedChildren(client, name)).toEqual(STANDARD);
    }
    expect(test.pid('reconciler')).not.toBe(before);
  }, 120_000);

  it('a deleted rack takes all that it owns with it, and nothing else', async () => {
    await client.delete(inventory('racks/rack-03'), { propagationPolicy: 'Background' });
    await holds(async () => expect(await listedChildren(client, 'rack-03')).toEqual(NOTHING), { withinMs: 30_000 });
    expect(await listedChildren(client, 'rack-01')).toEqual(STANDARD);
  }, 120_000);

  it('a second start of the same folder has the same data behind the same kubeconfig', async () => {
    const [kubeconfig, racks] = await Promise.all([readFile(test.stack.files.kubeconfig), uids()]);
    await client.close();
    await test.restart();
    client = new GatewayClient(test.stack);
    expect(await readFile(test.stack.files.kubeconfig)).toEqual(kubeconfig);
    expect(await uids()).toEqual(racks);
    expect(await listedChildren(client, 'rack-02')).toEqual(DENSE);
  }, 120_000);

  const uids = async (): Promise<string[]> =>
    (await client.list(inventory('racks'))).items.map(({ metadata }) => `${metadata.name} ${metadata.uid}`);
});
