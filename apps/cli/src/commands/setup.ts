import type { Command } from 'commander';

import { ensureGatewayIdentity } from '@holdfast/local-stack';

import { ExitCode } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { Output } from '../output-option.js';

interface SetupOptions {
  readonly dir: string;
  readonly server: string;
  readonly name: readonly string[];
  readonly output: Output;
}

export const addSetupCommand = (program: Command, { out, finish }: Invocation): void => {
  program
    .command('setup')
    .description('make the certificates, the admin token and a kubeconfig of a deployment; what is there is kept')
    .requiredOption('--dir <folder>', 'where they are kept')
    .requiredOption('--server <url>', 'where clients reach the gateway, such as https://localhost:6443')
    .option('--name <host>', 'a further name or address of the gateway (repeatable)', collect, [])
    .addOption(outputOption())
    .action(async ({ dir, server, name, output }: SetupOptions) => {
      const { kubeconfig } = await ensureGatewayIdentity({ dir, server, names: name, now: new Date() });
      out(output === 'json' ? JSON.stringify({ kubeconfig }) : `export KUBECONFIG=${kubeconfig}`);
      finish(ExitCode.ok);
    });
};

const collect = (value: string, before: readonly string[]): string[] => [...before, value];
