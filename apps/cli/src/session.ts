/** One run of the local stack: from the first process to the example's result, until it is told to end. */
import { startStack } from '@holdfast/local-stack';
import type { Report, Stack } from '@holdfast/local-stack';

import { readManifests } from './example/manifests.js';
import { runRackExample } from './example/rack.js';
import type { RackExampleResult } from './example/rack.js';
import { GatewayClient } from './gateway-client.js';
import { rackManifests, workspace } from './workspace.js';

const EXAMPLE_LIMIT_MS = 60_000;

export interface SessionOptions {
  readonly dir: string;
  readonly report: Report;
  /** Ends the start early; whoever aborts gets the stack stopped. */
  readonly signal: AbortSignal;
}

export const openStack = ({ dir, report, signal }: SessionOptions): Promise<Stack> =>
  startStack({ dir, workspace, env: process.env, report, signal });

/** Declares the shipped example on a running stack. */
export const showExample = async (stack: Stack, signal: AbortSignal): Promise<RackExampleResult> => {
  const client = new GatewayClient(stack);
  try {
    const manifests = await readManifests(rackManifests);
    return await runRackExample({ client, manifests, limitMs: EXAMPLE_LIMIT_MS, signal });
  } finally {
    await client.close();
  }
};
