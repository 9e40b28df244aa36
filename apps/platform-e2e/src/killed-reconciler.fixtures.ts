/** Kills the reconciler right after its k-th accepted write for a new rack, starts another one, and judges the rack. */
import { expect } from '@jest/globals';

import { keyText } from '@holdfast/contracts';
import { startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import type { KubeObject } from './gateway-client.fixtures.js';
import { readLog } from './log.fixtures.js';
import { declareKinds, exampleObjects, inventory, listedChildren, readyRack, readyStatus } from './racks.fixtures.js';
import { ServiceProcess } from './service-process.fixtures.js';

const KINDS = ['chassis', 'blades', 'nodes', 'bmcs'];
/** 2 × 4 × 2 with shared BMCs, as the example's first template says. */
const COUNTS = { chassis: 2, blades: 8, nodes: 16, bmcs: 8 };
export const CHILDREN = Object.values(COUNTS).reduce((sum, count) => sum + count, 0);

export class KilledReconciler {
  private current: ServiceProcess | undefined;

  private constructor(
    private readonly test: TestStack,
    private readonly client: GatewayClient,
  ) {}

  static async open(): Promise<KilledReconciler> {
    const test = await startTestStack({ instances: { reconciler: 0 } });
    const client = new GatewayClient(test.stack);
    const world = new KilledReconciler(test, client);
    await declareKinds(client);
    const [template] = await exampleObjects();
    await client.create(inventory('racktemplates'), template ?? {});
    // What the template itself needs is written before the writes of a rack are counted.
    await world.restart();
    await world.templateIsSeen();
    return world;
  }

  /** Tells whether there was a k-th write at all. */
  async round(k: number): Promise<'killed' | 'never reached'> {
    const rack = `rack-${k}`;
    await this.restart({ HOLDFAST_FAULT: `after-write:${k}` });
    await this.client.create(inventory('racks'), await rackNamed(rack));
    const killed = (async () => ({ signal: await this.current?.ended() }))();
    const became = await Promise.race([killed, readyRack(this.client, rack)]);
    if (!('signal' in became)) return 'never reached';
    expect(became.signal).toBe('SIGKILL');

    await this.restart();
    expect((await readyRack(this.client, rack)).status).toMatchObject(readyStatus(COUNTS));
    expect(await listedChildren(this.client, rack)).toEqual(COUNTS);
    await this.everyChildHasItsOwner(rack);
    await this.nothingWasCreatedTwice();
    return 'killed';
  }

  async close(): Promise<void> {
    if (this.current?.isGone === false) await this.current.kill9();
    await this.client.close();
    await this.test.close();
  }

  private async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.current?.isGone === false) await this.current.stop();
    this.current = await ServiceProcess.start(this.test, env);
    await this.current.ready();
  }

  private async templateIsSeen(): Promise<void> {
    await this.client.create(inventory('racks'), await rackNamed('first'));
    await readyRack(this.client, 'first');
  }

  /** Parents are found by uid among what is there now; each child has exactly one. */
  private async everyChildHasItsOwner(rack: string): Promise<void> {
    const lists = await Promise.all(['racks', ...KINDS].map((kind) => this.client.list(inventory(kind))));
    const uids = new Set(lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.uid)));
    const children = lists.slice(1).flatMap(({ items }) => items.filter((item) => isPartOf(item, rack)));
    const orphans = children.filter(({ metadata: { ownerReferences: owners = [] } }) => {
      return owners.length !== 1 || !owners.every(({ uid }) => uids.has(uid));
    });
    expect(orphans).toEqual([]);
  }

  private async nothingWasCreatedTwice(): Promise<void> {
    const created = new Set<string>();
    for (const { record } of (await readLog(this.test)).flatMap(({ events }) => events)) {
      if (record.type !== 'created' || !KINDS.includes(record.resource)) continue;
      const key = keyText(record);
      expect(created).not.toContain(key);
      created.add(key);
    }
  }
}

const isPartOf = ({ metadata }: KubeObject, rack: string): boolean => metadata.name.startsWith(`${rack}-`);

const rackNamed = async (name: string): Promise<object> => {
  const [, , rack] = await exampleObjects();
  return { ...rack, metadata: { name } };
};
