import { Argument } from 'commander';
import type { Command } from 'commander';

import { readNatsUrl } from '@holdfast/local-stack';

import { ExitCode } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { Output } from '../output-option.js';
import { defaultDir } from '../workspace.js';

/** Those that are meant for programs of other people. */
const GIVEN_OUT = ['worker', 'provisioner', 'subscriber'] as const;

interface CredentialsOptions {
  readonly dir: string;
  readonly output: Output;
}

export const addCredentialsCommand = (program: Command, { out, err, finish }: Invocation): void => {
  program
    .command('credentials')
    .description(
      'print the NATS URL of a running stack with the credentials of a worker, a provisioner or a subscriber',
    )
    .addArgument(new Argument('<user>', 'who connects').choices(GIVEN_OUT))
    .option('--dir <folder>', 'where that stack keeps its data', defaultDir)
    .addOption(outputOption())
    .action(async (user: (typeof GIVEN_OUT)[number], { dir, output }: CredentialsOptions) => {
      const url = await readNatsUrl(dir, user);
      if (url === undefined) err(`no stack is running on ${dir}`);
      else out(output === 'json' ? JSON.stringify({ user, url }) : url);
      finish(url === undefined ? ExitCode.failed : ExitCode.ok);
    });
};
