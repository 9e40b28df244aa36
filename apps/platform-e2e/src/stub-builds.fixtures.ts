/** Builds in the place of a provisioner: each is answered as soon as it is seen, over HTTPS, as the test wants it. */
import { eventually } from '@holdfast/testing';

import type { GatewayClient, KubeObject } from './gateway-client.fixtures.js';
import { pools } from './pools.fixtures.js';

export type Outcome = 'succeeded' | 'failed' | 'unanswered';

export class StubBuilds {
  private readonly ending = new AbortController();
  private readonly answers = new Set<Promise<void>>();
  private readonly watching: Promise<void>;

  /** `outcomeOf` tells what becomes of the first build of a workspace. */
  constructor(
    private readonly client: GatewayClient,
    private readonly outcomeOf: (workspace: KubeObject) => Outcome,
  ) {
    this.watching = this.watch();
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.watching;
    await Promise.all(this.answers);
  }

  /** From the newest list on, again whenever a watch ends. */
  private async watch(): Promise<void> {
    while (!this.ending.signal.aborted) {
      try {
        const { metadata, items } = await this.client.list(pools('workspaces'));
        for (const workspace of items) this.take(workspace);
        const query = { resourceVersion: metadata.resourceVersion };
        for await (const { type, object } of this.client.watch(pools('workspaces'), query, this.ending.signal))
          if (type === 'ADDED' || type === 'MODIFIED') this.take(object);
      } catch {
        // The gateway or the stub goes away; the loop tells which.
      }
    }
  }

  private take(workspace: KubeObject): void {
    const answer = this.answer(workspace)
      .catch(() => undefined)
      .finally(() => this.answers.delete(answer));
    this.answers.add(answer);
  }

  private async answer(workspace: KubeObject): Promise<void> {
    const path = `${pools('workspaces')}/${workspace.metadata.name}`;
    const finalizers = workspace.metadata.finalizers ?? [];
    if (workspace.metadata.deletionTimestamp !== undefined) {
      if (finalizers.length > 0) await this.patch(path, { metadata: { finalizers: [] } });
      return;
    }
    const { build } = (workspace.status ?? {}) as { build?: { status: string } };
    if (build !== undefined && build.status !== 'pending') return;
    const outcome = this.outcomeOf(workspace);
    if (outcome !== 'unanswered') await this.patch(`${path}/status`, { status: statusOf(outcome) });
  }

  private patch(path: string, body: object): Promise<unknown> {
    return eventually(async () => {
      const { code } = await this.client.send('PATCH', path, { body, type: 'application/merge-patch+json' });
      return this.ending.signal.aborted || code < 500;
    });
  }
}

const statusOf = (outcome: 'succeeded' | 'failed'): object => {
  const now = new Date().toISOString();
  const build = { number: 1, transition: 'start', status: outcome, queuedAt: now, endedAt: now };
  const isReady = outcome === 'succeeded';
  const condition = {
    type: 'Ready',
    status: isReady ? 'True' : 'False',
    reason: isReady ? 'Ready' : 'ScriptFailed',
    message: isReady ? 'it can be used' : 'create ended with 1',
    lastTransitionTime: now,
  };
  return {
    phase: isReady ? 'Ready' : 'Failed',
    build,
    conditions: [condition],
    ...(isReady ? { builtAt: now, readyAt: now } : {}),
  };
};
