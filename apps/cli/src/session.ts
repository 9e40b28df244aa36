/** One run of the local stack: from the first process to the examples' results, until it is told to end. */
import { join } from 'node:path';

import { makeRepository, manifestsFolder } from '@holdfast/example-dev-environment';
import { startStack } from '@holdfast/local-stack';
import type { Report, Stack } from '@holdfast/local-stack';

import { colors } from './colors.js';
import { readManifests } from './example/manifests.js';
import { poolJson, runPoolExample } from './example/pool.js';
import type { PoolResult } from './example/pool.js';
import { poolTable } from './example/pool-table.js';
import { rackJson, runRackExample } from './example/rack.js';
import type { RackExampleResult } from './example/rack.js';
import { rackTable } from './example/rack-table.js';
import { GatewayClient } from './gateway-client.js';
import { seconds } from './terminal.js';
import { rackManifests, workspace } from './workspace.js';

const RACKS_LIMIT_MS = 60_000;
/** Packages come from a registry. */
const POOLS_LIMIT_MS = 120_000;

export interface SessionOptions {
  readonly dir: string;
  readonly report: Report;
  /** Ends the start early; whoever aborts gets the stack stopped. */
  readonly signal: AbortSignal;
}

export const openStack = ({ dir, report, signal }: SessionOptions): Promise<Stack> =>
  startStack({ dir, workspace, env: process.env, report, signal });

export interface ExamplesOptions {
  readonly stack: Stack;
  readonly dir: string;
  readonly signal: AbortSignal;
  /** Told a table as soon as its example is there. */
  readonly write: (line: string) => void;
}

export interface ExamplesResult {
  readonly racks: RackExampleResult;
  readonly pools: readonly PoolResult[];
  /** Why the pools could not be declared. */
  readonly problem?: string;
}

/** Declares the shipped examples on a running stack, all at once, and tells what became of them. */
export const showExamples = async ({ stack, dir, signal, write }: ExamplesOptions): Promise<ExamplesResult> => {
  const client = new GatewayClient(stack);
  try {
    const filling = fillPools(client, dir, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      return { pools: [], problem: error instanceof Error ? error.message : String(error) };
    });
    // Told to end while the racks are looked at, nobody asks for the pools any more.
    filling.catch(() => undefined);
    const racks = await runRackExample({
      client,
      manifests: await readManifests(rackManifests),
      limitMs: RACKS_LIMIT_MS,
      signal,
    });
    write(`${colors.bold('Racks')}, inventory that reconcilers fill in\n${rackTable(racks.racks)}\n`);
    write(`${colors.bold('Pools')}, environments that are built before anybody asks`);
    const filled = await filling;
    if (filled.pools.length > 0) write(`${poolTable(filled.pools)}\n`);
    return { racks, ...filled };
  } finally {
    await client.close();
  }
};

/** What the environments clone is made in the stack's folder. */
const fillPools = async (
  client: GatewayClient,
  dir: string,
  signal: AbortSignal,
): Promise<Omit<ExamplesResult, 'racks'>> => {
  const repository = await makeRepository(join(dir, 'repositories', 'hello-web'));
  const manifests = await readManifests(manifestsFolder);
  return { pools: await runPoolExample({ client, manifests, repository, limitMs: POOLS_LIMIT_MS, signal }) };
};

/** The results as programs read them. */
export const examplesJson = (result: ExamplesResult): object => ({
  ...rackJson(result.racks),
  reached: unreached(result).length === 0,
  pools: result.pools.map(poolJson),
  ...(result.problem === undefined ? {} : { problem: result.problem }),
});

/** What did not reach its goal, and why; empty when all is well. */
export const unreached = ({ racks: { racks }, pools, problem }: ExamplesResult): readonly string[] => [
  ...(racks.length === 0 ? ['the example declares no Rack'] : []),
  ...racks
    .filter(({ ready }) => !ready)
    .map(({ name, reason, tookMs }) => `${name} is not Ready after ${seconds(tookMs)}: ${reason}`),
  ...(problem === undefined ? [] : [`the pools could not be declared: ${problem}`]),
  ...pools
    .filter(({ reached }) => !reached)
    .map(({ preset, reason, tookMs }) => `the pool ${preset} is not full after ${seconds(tookMs)}: ${reason}`),
];
