import type { Command } from 'commander';

import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { ReplayOptions } from '../replay/replay-options.js';
import { defaultDir } from '../workspace.js';

export const addRebuildCommand = (program: Command, invocation: Invocation): void => {
  program
    .command('rebuild')
    .description('make the rows that lists and history read again from the log, beside the live ones, then switch')
    .option(
      '--dir <folder>',
      'where the stack keeps its data; HOLDFAST_NATS_URL and _DATABASE_URL go before',
      defaultDir,
    )
    .addOption(outputOption())
    .action(async (options: ReplayOptions) => {
      // Loaded here, since the read models bring an ORM along for which the other subcommands should not wait.
      const { runRebuild } = await import('../replay/run-rebuild.js');
      invocation.finish(await runRebuild(options, invocation));
    });
};
