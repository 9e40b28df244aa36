/** The `holdfast` command: which subcommands there are, and what the process ends with. */
import { Command, CommanderError } from 'commander';

import { ConfigurationError } from '@holdfast/local-stack';

import { addCredentialsCommand } from './commands/credentials.js';
import { addDemoCommand } from './commands/demo.js';
import { addPrebuildsCommand } from './commands/prebuilds-plan.js';
import { addRebuildCommand } from './commands/rebuild.js';
import { addSetupCommand } from './commands/setup.js';
import { addStartCommand } from './commands/start.js';
import { addStatusCommand } from './commands/status.js';
import { addVerifyCommand } from './commands/verify.js';
import { addWhyCommand } from './commands/why.js';
import { EXIT_CODES_HELP, ExitCode } from './exit-codes.js';
import type { Invocation } from './invocation.js';

/** Runs one command line; resolves with the exit code. */
export const run = async (argv: readonly string[], surroundings: Omit<Invocation, 'finish'>): Promise<number> => {
  let exitCode: number = ExitCode.ok;
  const finish = (code: number): void => {
    exitCode = code;
  };
  const { out, err } = surroundings;
  const invocation = { ...surroundings, finish };
  const program = new Command('holdfast')
    .description('An event-sourced control plane that speaks the Kubernetes wire.')
    .addHelpText('after', EXIT_CODES_HELP)
    .configureOutput({ writeOut: (text) => out(text.trimEnd()), writeErr: (text) => err(text.trimEnd()) })
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)');
  addStartCommand(program, invocation);
  addDemoCommand(program, invocation);
  addStatusCommand(program, invocation);
  addWhyCommand(program, invocation);
  addPrebuildsCommand(program, invocation);
  addCredentialsCommand(program, invocation);
  addSetupCommand(program, invocation);
  addRebuildCommand(program, invocation);
  addVerifyCommand(program, invocation);

  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    return report(error, err);
  }
};

const report = (error: unknown, err: (line: string) => void): number => {
  // Commander has told the user already; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  err(error instanceof Error ? error.message : String(error));
  return error instanceof ConfigurationError ? ExitCode.configuration : ExitCode.failed;
};
