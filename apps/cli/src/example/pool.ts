/** The example of prebuilt environments: declares its pool and waits until as many are ready as it asks for. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

import type { GatewayClient } from '../gateway-client.js';
import { apply, objectPath } from './apply.js';
import type { Manifest } from './manifests.js';

export interface PoolResult {
  readonly preset: string;
  readonly desired: number;
  readonly running: number;
  /** Ready to be claimed. */
  readonly ready: number;
  readonly starting: number;
  readonly failed: number;
  readonly reached: boolean;
  /** Why it is not full, in the pool's own words. */
  readonly reason: string;
  readonly tookMs: number;
}

export interface PoolExampleOptions {
  readonly client: GatewayClient;
  readonly manifests: readonly Manifest[];
  /** What the environments clone. */
  readonly repository: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

const LOOK_AGAIN_MS = 100;

const presetSchema = z.looseObject({
  metadata: z.looseObject({ generation: z.number().default(1) }),
  status: z
    .looseObject({
      desired: z.number().default(0),
      running: z.number().default(0),
      eligible: z.number().default(0),
      starting: z.number().default(0),
      failed: z.number().default(0),
      observedGeneration: z.number().default(0),
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([]),
    })
    .optional(),
});

export const runPoolExample = async (options: PoolExampleOptions): Promise<readonly PoolResult[]> => {
  const manifests = options.manifests.map((manifest) => cloning(manifest, options.repository));
  for (const manifest of manifests) {
    options.signal.throwIfAborted();
    await apply(options.client, manifest);
  }
  const since = performance.now();
  const presets = manifests.filter(({ kind }) => kind === 'Preset');
  return Promise.all(presets.map((preset) => untilFull(preset, since, options)));
};

/** The result as programs read it. */
export const poolJson = ({ tookMs, ...pool }: PoolResult): object => ({ ...pool, tookMs: Math.round(tookMs) });

const withParameters = z.looseObject({ spec: z.looseObject({ parameters: z.looseObject({}).default({}) }) });

/** The manifests name no repository, since it is made on this machine. */
const cloning = (manifest: Manifest, repository: string): Manifest => {
  if (manifest.kind !== 'Preset') return manifest;
  const { spec } = withParameters.parse(manifest);
  return { ...manifest, spec: { ...spec, parameters: { ...spec.parameters, repository } } };
};

const untilFull = async (
  manifest: Manifest,
  since: number,
  { client, limitMs, signal }: PoolExampleOptions,
): Promise<PoolResult> => {
  const path = await objectPath(client, manifest);
  for (;;) {
    signal.throwIfAborted();
    const result = poolResult(manifest.metadata.name, await client.get(path), performance.now() - since);
    if (result.reached || result.tookMs > limitMs) return result;
    await delay(LOOK_AGAIN_MS);
  }
};

/** Full counts only when the status is about the newest spec. */
export const poolResult = (preset: string, object: unknown, tookMs: number): PoolResult => {
  const { metadata, status } = presetSchema.parse(object);
  const counts = {
    desired: status?.desired ?? 0,
    running: status?.running ?? 0,
    ready: status?.eligible ?? 0,
    starting: status?.starting ?? 0,
    failed: status?.failed ?? 0,
  };
  const current = status !== undefined && status.observedGeneration >= metadata.generation;
  const condition = status?.conditions.find(({ type }) => type === 'Ready');
  return {
    preset,
    ...counts,
    reached: current && counts.ready >= counts.desired,
    reason: condition?.message ?? 'nobody has looked at it yet',
    tookMs,
  };
};
