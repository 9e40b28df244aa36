import { dirname, relative } from 'node:path';
import type { Command } from 'commander';

import type { Stack } from '@holdfast/local-stack';

import { colors } from '../colors.js';
import { ExitCode } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { Output } from '../output-option.js';
import { examplesJson, openStack, showExamples, unreached } from '../session.js';
import { seconds, terminalReport } from '../terminal.js';
import { aborted, ToldToEnd } from '../told-to-end.js';
import { defaultDir } from '../workspace.js';

interface StartOptions {
  readonly dir: string;
  readonly verbose: boolean;
  readonly output: Output;
}

export const addStartCommand = (program: Command, invocation: Invocation): void => {
  program
    .command('start')
    .description('start the whole stack on loopback, run the examples, stay until Ctrl-C')
    .option('--dir <folder>', 'where data, secrets and logs are kept', defaultDir)
    .option('-v, --verbose', 'show everything that the services log', false)
    .addOption(outputOption())
    .addHelpText('after', ENVIRONMENT_HELP)
    .action(async (options: StartOptions) => invocation.finish(await start(options, invocation)));
};

export const ENVIRONMENT_HELP = `
Environment:
  HOLDFAST_NATS_URL          use this NATS server (2.12 or newer) instead of starting one
  HOLDFAST_NATS_MONITOR_URL  where that server's sync_interval can be read (http://…:8222),
                             or HOLDFAST_TRUST_SYNC=true
  HOLDFAST_DATABASE_URL      use this PostgreSQL database (15 or newer) instead of starting one
  HOLDFAST_GATEWAY_PORT      the gateway's port instead of a free one
  HOLDFAST_NATS_SERVER       the nats-server program to run
  HOLDFAST_CACHE             where fetched programs are kept`;

const start = async ({ dir, verbose, output }: StartOptions, { out, err, toldToEnd }: Invocation): Promise<number> => {
  // With JSON, standard output carries the result alone.
  const write = output === 'json' ? err : out;
  const began = performance.now();
  const signal = toldToEnd();
  write(colors.bold('Holdfast starts'));
  let stack: Stack | undefined;
  try {
    stack = await openStack({ dir, report: terminalReport({ verbose, write }), signal });
    write(`  ready after ${seconds(performance.now() - began)}\n`);

    const result = await showExamples({ stack, dir, signal, write });
    if (output === 'json') out(JSON.stringify({ dir, ...stack.describe(), example: examplesJson(result) }));
    for (const line of unreached(result)) write(colors.red(`  ${line}; the logs tell why`));
    write(howToGoOn(stack));
    await aborted(signal);
  } catch (error) {
    if (!(error instanceof ToldToEnd)) throw error;
  } finally {
    if (stack !== undefined) await stopTelling(stack, write);
  }
  return ExitCode.ok;
};

const stopTelling = async (stack: Stack, write: (line: string) => void): Promise<void> => {
  const began = performance.now();
  write('\nstopping');
  await stack.stop();
  write(`stopped after ${seconds(performance.now() - began)}`);
};

const howToGoOn = ({ gateway, files }: Stack): string => {
  const here = (path: string): string => {
    const short = relative(process.cwd(), path);
    return short.startsWith('..') ? path : short;
  };
  const dir = dirname(files.kubeconfig);
  const elsewhere = dir === defaultDir ? '' : ` --dir ${here(dir)}`;
  return `
${colors.bold('Go on')}
  export KUBECONFIG=${files.kubeconfig}
  kubectl get racks,chassis,blades,nodes,bmcs,presets,workspaces
  npx holdfast prebuilds claim hello-web${elsewhere}
  curl --cacert ${here(files.authority)} -H "Authorization: Bearer $(cat ${here(files.token)})" \\
    ${gateway}/apis/inventory.holdfast.dev/v1/namespaces/default/racks
  logs are in ${here(files.logs)}/, addresses in ${here(files.stack)}
  Ctrl-C stops everything; the data stays for the next start
`;
};
