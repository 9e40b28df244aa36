/** A stack of the benchmark's own, in a folder that goes with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { startStack } from '@holdfast/local-stack';
import type { Stack } from '@holdfast/local-stack';

import type { Endpoint } from './load/http-connection.js';
import { createNamespace, defineWidgets, Names } from './widgets.js';

const WORKSPACE = resolve(import.meta.dirname, '../../..');

export interface BenchStack {
  readonly stack: Stack;
  readonly endpoint: Endpoint;
  readonly names: Names;
  /** How long the first start took, on an empty folder. */
  readonly firstStartMs: number;
  /** Stops the stack and starts it again on the same data; resolves with the milliseconds from start to ready. */
  restart(): Promise<number>;
  stop(): Promise<void>;
}

export const startBenchStack = async (): Promise<BenchStack> => {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const start = () => startStack({ dir, workspace: WORKSPACE, env: benchEnvironment(), report: () => undefined });
  const begun = performance.now();
  const stack = await start();
  const running = new RunningBenchStack(dir, stack, start, performance.now() - begun);
  await defineWidgets(running.endpoint);
  await createNamespace(running.endpoint, LIST_NAMESPACE);
  return running;
};

/** Holds the 10,000 objects of the list scenario and nothing else. */
export const LIST_NAMESPACE = 'bench-list';

/** The benchmark measures servers of its own, whatever the environment points at. */
const benchEnvironment = (): NodeJS.ProcessEnv => {
  const { HOLDFAST_NATS_URL: _nats, HOLDFAST_DATABASE_URL: _database, ...environment } = process.env;
  return environment;
};

class RunningBenchStack implements BenchStack {
  readonly names = new Names();

  constructor(
    private readonly dir: string,
    public stack: Stack,
    private readonly start: () => Promise<Stack>,
    readonly firstStartMs: number,
  ) {}

  get endpoint(): Endpoint {
    const { gateway, authorityPem, token } = this.stack;
    return { url: new URL(gateway), authority: authorityPem, token };
  }

  async restart(): Promise<number> {
    await this.stack.stop();
    const begun = performance.now();
    this.stack = await this.start();
    return performance.now() - begun;
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}
