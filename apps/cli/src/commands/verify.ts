import type { Command } from 'commander';

import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { ReplayOptions } from '../replay/replay-options.js';
import { defaultDir } from '../workspace.js';

export const addVerifyCommand = (program: Command, invocation: Invocation): void => {
  program
    .command('verify')
    .description('replay the log into a scratch schema and compare hashes with the live rows; fails when they differ')
    .option(
      '--dir <folder>',
      'where the stack keeps its data; HOLDFAST_NATS_URL and _DATABASE_URL go before',
      defaultDir,
    )
    .addOption(outputOption())
    .action(async (options: ReplayOptions) => {
      // Loaded here, since the read models bring an ORM along for which the other subcommands should not wait.
      const { runVerify } = await import('../replay/run-verify.js');
      invocation.finish(await runVerify(options, invocation));
    });
};
