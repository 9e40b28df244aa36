/** `holdfast prebuilds why`: what was decided about the pools of a preset, and for which reasons. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { colors } from '../colors.js';
import { ExitCode } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { Output } from '../output-option.js';
import { addConnectionOptions, withPools } from '../prebuilds/connection.js';
import type { ConnectionOptions } from '../prebuilds/connection.js';
import { renderDecisions } from '../prebuilds/decision-table.js';
import { decisionsOf } from '../prebuilds/decisions.js';
import type { Decided } from '../prebuilds/decisions.js';

interface WhyOptions extends ConnectionOptions {
  readonly at?: Date;
  readonly output: Output;
}

export const addPrebuildsWhyCommand = (prebuilds: Command, invocation: Invocation): void => {
  const command = prebuilds
    .command('why')
    .description('tell what was decided about the pools of a preset, on what, and why')
    .argument('<preset>', 'the name of the Preset; one that is deleted can be asked about, too')
    .option('--at <time>', 'as it was then, such as 2025-06-02T09:00:00Z (default: now)', readTime);
  addConnectionOptions(command)
    .addOption(outputOption())
    .action(async (preset: string, options: WhyOptions) => {
      invocation.finish(await why(preset, options, invocation));
    });
};

const why = async (preset: string, options: WhyOptions, { out }: Invocation): Promise<number> => {
  const { decided, otherNamespace } = await withPools(options, async (pools) => ({
    decided: await decisionsOf(pools, preset, options.at),
    otherNamespace: pools.otherNamespace,
  }));
  if (options.output === 'json') out(JSON.stringify({ preset, ...decided }, null, 2));
  else for (const line of linesOf(preset, decided, otherNamespace)) out(line);
  const when = options.at === undefined ? '' : ` up to ${options.at.toISOString()}`;
  if (decided.decisions.length === 0) throw new Error(`nothing was decided about a preset "${preset}"${when}`);
  return ExitCode.ok;
};

const linesOf = (
  preset: string,
  { decisions, deletedAt }: Decided,
  otherNamespace: string | undefined,
): readonly string[] => {
  const isAdvised = decisions.some(({ reasons }) => reasons.some((reason) => reason.includes('`holdfast ')));
  const advice = `the commands above need -n ${otherNamespace ?? ''}`;
  const told = decisions.length === 0 ? '' : '; above is what was decided last';
  return [
    ...(decisions.length === 0 ? [] : renderDecisions(decisions, colors)),
    ...(isAdvised && otherNamespace !== undefined ? [advice] : []),
    ...(deletedAt === undefined ? [] : [`preset ${preset} was deleted at ${deletedAt}${told}`]),
  ];
};

const readTime = (text: string): Date => {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('It must be a time such as 2025-06-02T09:00:00Z.');
  return time;
};
