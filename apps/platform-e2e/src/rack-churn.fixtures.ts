/** Racks that come and go all the time: every third is deleted again while its children are still being made. */
import { eventually } from '@holdfast/testing';

import type { GatewayClient } from './gateway-client.fixtures.js';
import type { Counts } from './racks.fixtures.js';
import { inventory } from './racks.fixtures.js';

const TEMPLATE = 'small';
/** What each rack consists of. */
export const SMALL: Counts = { chassis: 1, blades: 2, nodes: 4, bmcs: 2 };
/** Racks that are not Ready yet, at most. */
const UNDER_WAY = 4;
const LIMIT = { withinMs: 60_000 };

export class RackChurn {
  /** Racks that stay. */
  readonly kept: string[] = [];
  private made = 0;
  private going = true;
  private readonly bursts: Promise<void>[] = [];
  private readonly running: Promise<void>;

  private constructor(private readonly client: GatewayClient) {
    this.running = this.run();
  }

  static async start(client: GatewayClient): Promise<RackChurn> {
    await client.create(inventory('racktemplates'), {
      apiVersion: 'inventory.holdfast.dev/v1',
      kind: 'RackTemplate',
      metadata: { name: TEMPLATE },
      spec: {
        chassisCount: SMALL.chassis,
        chassisConfig: { bladeCount: 2, bladeConfig: { nodeCount: 2, bmcMode: 'shared' } },
      },
    });
    return new RackChurn(client);
  }

  /** Resolves when so many more racks were declared. */
  async racks(more: number): Promise<void> {
    const enough = this.made + more;
    await eventually(() => this.made >= enough, LIMIT);
  }

  async stop(): Promise<void> {
    this.going = false;
    await Promise.all([this.running, ...this.bursts]);
  }

  /** Declares so many racks at once; resolves when the first of them is being filled: runs are under way then. */
  async burst(count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, i) => `churn-burst-${this.made}-${i}`);
    const declared = names.map((name) => this.declare(name));
    this.bursts.push(...declared);
    this.kept.push(...names);
    const first = `${names[0] ?? ''}-`;
    await eventually(
      async () =>
        (await this.client.list(inventory('chassis'))).items.some(({ metadata }) => metadata.name.startsWith(first)),
      { ...LIMIT, everyMs: 1 },
    );
  }

  private async declare(name: string): Promise<void> {
    await this.client.create(inventory('racks'), {
      apiVersion: 'inventory.holdfast.dev/v1',
      kind: 'Rack',
      metadata: { name },
      spec: { templateName: TEMPLATE },
    });
  }

  private async run(): Promise<void> {
    for (; this.going; this.made++) {
      const name = `churn-${this.made}`;
      await this.declare(name);
      if (this.made % 3 === 0) await this.client.delete(inventory(`racks/${name}`));
      else this.kept.push(name);
      await eventually(async () => !this.going || (await this.notReady()) < UNDER_WAY, { ...LIMIT, everyMs: 50 });
    }
  }

  private async notReady(): Promise<number> {
    const racks = (await this.client.list(inventory('racks'))).items;
    return racks.filter(({ status }) => status?.['totalNodes'] !== SMALL.nodes).length;
  }
}
