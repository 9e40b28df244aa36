/** `holdfast prebuilds logs`: what the builds of a workspace printed. */
import { once } from 'node:events';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { ExitCode } from '../exit-codes.js';
import { GatewayClient, GatewayRefusal } from '../gateway-client.js';
import type { Invocation } from '../invocation.js';
import { readKubeconfig } from '../why/kubeconfig.js';
import { defaultDir } from '../workspace.js';

interface LogsOptions {
  readonly follow?: true;
  readonly build?: number;
  readonly namespace?: string;
  readonly dir: string;
  readonly kubeconfig?: string;
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
    .action(async (workspace: string, options: LogsOptions) => {
      invocation.finish(await printLogs(workspace, options));
    });
};

const printLogs = async (workspace: string, options: LogsOptions): Promise<number> => {
  const { kubeconfig, dir, build, follow = false } = options;
  const access = await readKubeconfig(kubeconfig ?? join(dir, 'kubeconfig'));
  const client = new GatewayClient(access);
  const namespace = encodeURIComponent(options.namespace ?? access.namespace);
  const path = `/apis/prebuilds.holdfast.dev/v1/namespaces/${namespace}/workspaces/${encodeURIComponent(workspace)}/log`;
  const query = new URLSearchParams({
    follow: String(follow),
    ...(build === undefined ? {} : { build: String(build) }),
  });
  try {
    for await (const text of client.text(`${path}?${query.toString()}`))
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    return ExitCode.ok;
  } catch (error) {
    throw error instanceof GatewayRefusal ? new Error(error.reasonText) : error;
  } finally {
    await client.close();
  }
};

const readNumber = (text: string): number => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be the number of a build, from 1.');
};
