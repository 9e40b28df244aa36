/** Steady load: objects are created, changed and deleted through every gateway, whatever happens to the stack. */
import { setTimeout as delay } from 'node:timers/promises';

import { eventually } from '@holdfast/testing';

import type { GatewayClient } from './gateway-client.fixtures.js';
import { configMap, CONFIG_MAPS } from './widgets.fixtures.js';

/** After a failed write, so that nobody is asked without end. */
const PAUSE_MS = 20;

type Acknowledged = (name: string, version: string) => void;

export class Churn {
  /** The newest version of each name that was acknowledged, in the order of the answers. */
  readonly acknowledged: string[] = [];
  private going = true;
  private readonly running: Promise<void>[];

  constructor(clients: readonly GatewayClient[], writers: number) {
    const note: Acknowledged = (name, version) => void this.acknowledged.push(`${name} ${version}`);
    this.running = Array.from({ length: writers }, (_, i) =>
      this.write(clients[i % clients.length] as GatewayClient, `churn-${i}`, note),
    );
  }

  /** Resolves when so many more writes were acknowledged. */
  async writes(more: number): Promise<void> {
    const enough = this.acknowledged.length + more;
    await eventually(() => this.acknowledged.length >= enough, { withinMs: 60_000 });
  }

  async stop(): Promise<void> {
    this.going = false;
    await Promise.all(this.running);
  }

  private async write(client: GatewayClient, prefix: string, note: Acknowledged): Promise<void> {
    for (let i = 0; this.going; i++) {
      const name = `${prefix}-${i}`;
      const path = `${CONFIG_MAPS}/${name}`;
      const steps: (() => Promise<{ readonly metadata?: { readonly resourceVersion?: string } }>)[] = [
        () => client.create(CONFIG_MAPS, configMap(name, { step: '1' })),
        () => client.mergePatch(path, { data: { step: '2' } }),
        // Every other object stays.
        ...(i % 2 === 0 ? [() => client.delete(path)] : []),
      ];
      for (const step of steps) {
        try {
          const { metadata } = await step();
          // A deletion answers a Status, which has no version.
          if (metadata?.resourceVersion !== undefined) note(name, metadata.resourceVersion);
        } catch {
          await delay(PAUSE_MS);
        }
      }
    }
  }
}
