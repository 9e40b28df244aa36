import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Option } from 'commander';
import type { Command } from 'commander';

import { answerDocument, planDocument } from '@holdfast/prebuild';
import type { DocumentPlan } from '@holdfast/prebuild';

import { ExitCode } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import type { Output } from '../output-option.js';
import { addPrebuildsClaimCommand } from './prebuilds-claim.js';
import { addPrebuildsControlCommands } from './prebuilds-control.js';
import { addPrebuildsLogsCommand } from './prebuilds-logs.js';
import { addPrebuildsWhyCommand } from './prebuilds-why.js';
import { planTable } from '../prebuilds/plan-table.js';
import type { PlannedLine } from '../prebuilds/plan-table.js';

interface PlanOptions {
  readonly output?: Output;
}

export const addPrebuildsCommand = (program: Command, invocation: Invocation): void => {
  const prebuilds = program.command('prebuilds').description('pools of prebuilt workspaces');
  addPrebuildsClaimCommand(prebuilds, invocation);
  addPrebuildsWhyCommand(prebuilds, invocation);
  addPrebuildsControlCommands(prebuilds, invocation);
  addPrebuildsLogsCommand(prebuilds, invocation);
  prebuilds
    .command('plan')
    .description("what the orchestrator's planner would do: one planning document of JSON a line in, its plan out")
    .argument('[file]', 'where the documents are; without it, or with -, standard input')
    .addOption(
      new Option(
        '-o, --output <form>',
        'a table, or one line of JSON for each document (default: json unless on a terminal)',
      ).choices(['text', 'json']),
    )
    .action(async (file: string | undefined, options: PlanOptions) => {
      const input = file === undefined || file === '-' ? process.stdin : createReadStream(file);
      invocation.finish(await plan(input, options, invocation));
    });
};

/** Answers every document, in order; fails when one of them could not be accepted. */
const plan = async (
  input: Readable,
  { output = defaultOutput() }: PlanOptions,
  { out }: Invocation,
): Promise<number> => {
  const planned: PlannedLine[] = [];
  let failed = false;
  for await (const { line, result } of planLines(input)) {
    failed ||= !result.ok;
    if (output === 'json') out(JSON.stringify(answerDocument(result)));
    else planned.push({ line, result });
  }
  if (output === 'text') out(planTable(planned));
  return failed ? ExitCode.failed : ExitCode.ok;
};

const defaultOutput = (): Output => (process.stdout.isTTY ? 'text' : 'json');

async function* planLines(input: Readable): AsyncGenerator<{ readonly line: number; readonly result: DocumentPlan }> {
  let line = 0;
  for await (const text of linesOf(input)) {
    line += 1;
    if (text.trim() !== '') yield { line, result: planDocument(text) };
  }
}

/** A file that cannot be read ends the lines with its error. */
async function* linesOf(input: Readable): AsyncGenerator<string> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let problem: Error | undefined;
  input.once('error', (error: Error) => {
    problem = error;
    lines.close();
  });
  yield* lines;
  if (problem !== undefined) throw problem;
}
