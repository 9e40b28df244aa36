import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';

import { removeWhenGone } from '@holdfast/local-stack';
import type { Stack } from '@holdfast/local-stack';

import { colors } from '../colors.js';
import { ExitCode } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { Output } from '../output-option.js';
import { examplesJson, openStack, showExamples, unreached } from '../session.js';
import type { ExamplesResult } from '../session.js';
import { seconds, terminalReport } from '../terminal.js';
import { ENVIRONMENT_HELP } from './start.js';

interface DemoOptions {
  readonly dir?: string;
  readonly verbose: boolean;
  readonly output: Output;
}

export const addDemoCommand = (program: Command, invocation: Invocation): void => {
  program
    .command('demo')
    .description('start a stack, run the examples, stop everything; fails when one does not reach its goal')
    .option('--dir <folder>', 'where data, secrets and logs are kept (default: a new folder that is removed again)')
    .option('-v, --verbose', 'show everything that the services log', false)
    .addOption(outputOption())
    .addHelpText('after', ENVIRONMENT_HELP)
    .action(async (options: DemoOptions) => invocation.finish(await demo(options, invocation)));
};

const demo = async ({ dir, verbose, output }: DemoOptions, { out, err, toldToEnd }: Invocation): Promise<number> => {
  const began = performance.now();
  const folder = dir ?? (await temporaryFolder());
  // With JSON, standard output carries the result alone.
  const tell = output === 'json' ? err : out;
  tell(colors.bold('Holdfast demo'));
  try {
    const { result, readyAfterMs } = await runOnce({ dir: folder, verbose, tell, began, signal: toldToEnd() });
    if (output === 'json')
      out(JSON.stringify({ readyAfterMs: Math.round(readyAfterMs), ...examplesJson(result) }, null, 2));
    const missed = unreached(result);
    for (const line of missed) err(colors.red(line));
    return missed.length === 0 ? ExitCode.ok : ExitCode.failed;
  } finally {
    if (dir === undefined) await rm(folder, { recursive: true, force: true });
    tell(`done after ${seconds(performance.now() - began)}, everything is stopped`);
  }
};

interface Run {
  readonly dir: string;
  readonly verbose: boolean;
  readonly tell: (line: string) => void;
  readonly began: number;
  readonly signal: AbortSignal;
}

const runOnce = async ({
  dir,
  verbose,
  tell,
  began,
  signal,
}: Run): Promise<{ result: ExamplesResult; readyAfterMs: number }> => {
  let stack: Stack | undefined;
  try {
    stack = await openStack({ dir, report: terminalReport({ verbose, write: tell }), signal });
    const readyAfterMs = performance.now() - began;
    tell(`  ready after ${seconds(readyAfterMs)}\n`);
    return { result: await showExamples({ stack, dir, signal, write: tell }), readyAfterMs };
  } finally {
    await stack?.stop();
  }
};

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-demo-'));
  removeWhenGone(folder);
  return folder;
};
