import type { Command } from 'commander';
import { z } from 'zod';

import { isAlive, readStackFile } from '@holdfast/local-stack';
import type { StackFile } from '@holdfast/local-stack';

import { colors } from '../colors.js';
import { ExitCode } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { Output } from '../output-option.js';
import { defaultDir } from '../workspace.js';

interface StatusOptions {
  readonly dir: string;
  readonly output: Output;
}

interface ProcessStatus {
  readonly name: string;
  readonly pid: number;
  readonly status: 'ok' | 'error';
  readonly detail: string;
}

const HEALTH_LIMIT_MS = 3_000;

export const addStatusCommand = (program: Command, invocation: Invocation): void => {
  program
    .command('status')
    .description('tell whether a stack is running and which of its parts are healthy; fails when one is not')
    .option('--dir <folder>', 'where that stack keeps its data', defaultDir)
    .addOption(outputOption())
    .action(async (options: StatusOptions) => invocation.finish(await status(options, invocation)));
};

const status = async ({ dir, output }: StatusOptions, { out }: Invocation): Promise<number> => {
  const stack = await readStackFile(dir);
  const processes = stack === undefined ? [] : await Promise.all(stack.processes.map(processStatus));
  const healthy = stack !== undefined && processes.every((process) => process.status === 'ok');
  if (output === 'json')
    out(JSON.stringify({ running: stack !== undefined, gateway: stack?.gateway, processes }, null, 2));
  else out(stack === undefined ? `no stack is running on ${dir}` : table(stack, processes));
  return healthy ? ExitCode.ok : ExitCode.failed;
};

const processStatus = async ({ name, pid, health }: StackFile['processes'][number]): Promise<ProcessStatus> => {
  if (!isAlive(pid)) return { name, pid, status: 'error', detail: 'the process has ended' };
  try {
    const response = await fetch(health, { signal: AbortSignal.timeout(HEALTH_LIMIT_MS) });
    return { name, pid, status: response.ok ? 'ok' : 'error', detail: redChecks(await response.json()) };
  } catch {
    return { name, pid, status: 'error', detail: `no answer from ${health}` };
  }
};

const healthSchema = z.object({
  checks: z.record(z.string(), z.object({ status: z.string(), detail: z.string().default('') })),
});

/** Which dependencies the service misses; nats-server's health has another form and needs no words. */
const redChecks = (body: unknown): string => {
  const parsed = healthSchema.safeParse(body);
  if (!parsed.success) return '';
  return Object.entries(parsed.data.checks)
    .filter(([, check]) => check.status !== 'ok')
    .map(([name, { detail }]) => `${name}: ${detail}`)
    .join(', ');
};

const table = ({ gateway }: StackFile, processes: readonly ProcessStatus[]): string =>
  [
    gateway,
    ...processes.map(({ name, pid, status, detail }) => {
      const mark = status === 'ok' ? colors.green('✓') : colors.red('✗');
      return `  ${mark} ${name.padEnd(22)} ${String(pid).padStart(8)}  ${detail}`.trimEnd();
    }),
  ].join('\n');
