import { Option } from 'commander';
import type { Command } from 'commander';

import { rebuild } from '@holdfast/read-models';

import { ExitCode } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { withStores } from '../open-log.js';
import { grouped, replayProgress } from '../replay-progress.js';
import { defaultDir } from '../workspace.js';

interface RebuildCommandOptions {
  readonly dir: string;
  readonly output: 'text' | 'json';
}

export const addRebuildCommand = (program: Command, invocation: Invocation): void => {
  program
    .command('rebuild')
    .description('make the rows that lists and history read again from the log, beside the live ones, then switch')
    .option(
      '--dir <folder>',
      'where the stack keeps its data; HOLDFAST_NATS_URL and _DATABASE_URL go before',
      defaultDir,
    )
    .addOption(new Option('-o, --output <form>', 'how it is printed').choices(['text', 'json']).default('text'))
    .action(async (options: RebuildCommandOptions) => invocation.finish(await run(options, invocation)));
};

const run = async ({ dir, output }: RebuildCommandOptions, { out, err, toldToEnd }: Invocation): Promise<number> => {
  const json = output === 'json';
  const report = replayProgress({ json, write: json ? out : err, now: () => performance.now() });
  const signal = toldToEnd();
  const rebuilt = await withStores(dir, (stores) => rebuild({ ...stores, signal, report }));
  const { generation, events, sequence, seconds } = rebuilt;
  const eventsPerSecond = Math.round(events / seconds);
  if (json) out(JSON.stringify({ step: 'done', ...rebuilt, eventsPerSecond }));
  else {
    out(
      `${grouped(events)} events up to commit ${grouped(sequence)} in ${seconds.toFixed(1)} s ` +
        `(${grouped(eventsPerSecond)}/s); generation ${generation} is live`,
    );
  }
  return ExitCode.ok;
};
