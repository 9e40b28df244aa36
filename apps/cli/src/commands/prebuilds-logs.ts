/** `holdfast prebuilds logs`: what the builds of a workspace printed. */
import { once } from 'node:events';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { ExitCode } from '../exit-codes.js';
import { GatewayClient, GatewayRefusal } from '../gateway-client.js';
import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { Output } from '../output-option.js';
import { readKubeconfig } from '../why/kubeconfig.js';
import { defaultDir } from '../workspace.js';

interface LogsOptions {
  readonly follow?: true;
  readonly build?: number;
  readonly namespace?: string;
  readonly dir: string;
  readonly kubeconfig?: string;
  readonly output: Output;
}

export const addPrebuildsLogsCommand = (prebuilds: Command, invocation: Invocation): void => {
  prebuilds
    .command('logs')
    .description('what the builds of a workspace printed; kept for a week, also when it is gone')
    .argument('<workspace>', 'the name of the Workspace')
    .option('-f, --follow', 'until its newest build ends')
    .option('--build <number>', 'of this build alone (default: of all that are kept)', readNumber)
    .option('-n, --namespace <namespace>', 'its namespace (default: the one of the kubeconfig)')
    .option('--dir <folder>', 'the folder of the stack to ask', defaultDir)
    .option('--kubeconfig <file>', 'how to reach the gateway (default: the kubeconfig of that stack)')
    .addOption(outputOption())
    .action(async (workspace: string, options: LogsOptions) => {
      invocation.finish(await printLogs(workspace, options, invocation));
    });
};

const printLogs = async (workspace: string, options: LogsOptions, { out }: Invocation): Promise<number> => {
  const { kubeconfig, dir, build, follow = false, output } = options;
  const access = await readKubeconfig(kubeconfig ?? join(dir, 'kubeconfig'));
  const client = new GatewayClient(access);
  const namespace = encodeURIComponent(options.namespace ?? access.namespace);
  const path = `/apis/prebuilds.holdfast.dev/v1/namespaces/${namespace}/workspaces/${encodeURIComponent(workspace)}/log`;
  const query = new URLSearchParams({
    follow: String(follow),
    ...(build === undefined ? {} : { build: String(build) }),
  });
  try {
    const pieces = client.text(`${path}?${query.toString()}`);
    if (output === 'json') for await (const text of linesOf(pieces)) out(JSON.stringify({ workspace, text }));
    else for await (const text of pieces) if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    return ExitCode.ok;
  } catch (error) {
    throw error instanceof GatewayRefusal ? new Error(error.reasonText) : error;
  } finally {
    await client.close();
  }
};

/** Each as soon as it is whole; the last may have no end. */
async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

const readNumber = (text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be the number of a build, from 1.');
};
