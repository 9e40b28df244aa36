/** The rack example: declares its objects and waits until every Rack is Ready. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

import type { GatewayClient } from '../gateway-client.js';
import { apply, objectPath } from './apply.js';
import type { Applied } from './apply.js';
import type { Manifest } from './manifests.js';

export interface RackResult {
  readonly name: string;
  readonly chassis: number;
  readonly blades: number;
  readonly nodes: number;
  readonly bmcs: number;
  readonly ready: boolean;
  /** Why it is not ready, in the rack's own words. */
  readonly reason: string;
  readonly tookMs: number;
}

export interface RackExampleResult {
  readonly applied: Readonly<Record<Applied, number>>;
  readonly racks: readonly RackResult[];
  readonly reached: boolean;
}

const LOOK_AGAIN_MS = 50;

const rackSchema = z.looseObject({
  metadata: z.looseObject({ generation: z.number().default(1) }),
  status: z
    .looseObject({
      totalChassis: z.number().default(0),
      totalBlades: z.number().default(0),
      totalNodes: z.number().default(0),
      totalBMCs: z.number().default(0),
      observedGeneration: z.number().default(0),
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([]),
    })
    .optional(),
});

export interface RackExampleOptions {
  readonly client: GatewayClient;
  readonly manifests: readonly Manifest[];
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

export const runRackExample = async (options: RackExampleOptions): Promise<RackExampleResult> => {
  const { client, manifests, signal } = options;
  const applied: Record<Applied, number> = { created: 0, configured: 0, unchanged: 0 };
  const declaredAt = new Map<Manifest, number>();
  for (const manifest of manifests) {
    signal.throwIfAborted();
    declaredAt.set(manifest, performance.now());
    applied[await apply(client, manifest)] += 1;
  }
  const racks = await Promise.all(
    [...declaredAt]
      .filter(([{ kind }]) => kind === 'Rack')
      .map(([manifest, since]) => untilReady(manifest, since, options)),
  );
  return { applied, racks, reached: racks.length > 0 && racks.every(({ ready }) => ready) };
};

/** The result as programs read it. */
export const rackJson = ({ reached, applied, racks }: RackExampleResult): object => ({
  reached,
  applied,
  racks: racks.map(({ tookMs, ...rack }) => ({ ...rack, tookMs: Math.round(tookMs) })),
});

const untilReady = async (
  manifest: Manifest,
  since: number,
  { client, limitMs, signal }: RackExampleOptions,
): Promise<RackResult> => {
  const path = await objectPath(client, manifest);
  for (;;) {
    signal.throwIfAborted();
    const result = rackResult(manifest.metadata.name, await client.get(path), performance.now() - since);
    if (result.ready || result.tookMs > limitMs) return result;
    await delay(LOOK_AGAIN_MS);
  }
};

/** Ready counts only when the status is about the newest spec. */
export const rackResult = (name: string, object: unknown, tookMs: number): RackResult => {
  const { metadata, status } = rackSchema.parse(object);
  const condition = status?.conditions.find(({ type }) => type === 'Ready');
  const current = status !== undefined && status.observedGeneration >= metadata.generation;
  return {
    name,
    chassis: status?.totalChassis ?? 0,
    blades: status?.totalBlades ?? 0,
    nodes: status?.totalNodes ?? 0,
    bmcs: status?.totalBMCs ?? 0,
    ready: current && condition?.status === 'True',
    reason: condition?.message ?? 'it has no condition Ready',
    tookMs,
  };
};
