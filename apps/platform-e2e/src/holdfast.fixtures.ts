/** Runs the `holdfast` command on a stack, as a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

import type { TestStack } from '@holdfast/testing';

import { workspace } from './racks.fixtures.js';

const PROGRAM = join(workspace, 'apps', 'cli', 'bin', 'holdfast.mjs');

export interface CommandRun {
  readonly code: number;
  readonly text: string;
}

export const holdfast = (
  { dir }: TestStack,
  command: 'verify' | 'rebuild' | 'why' | readonly ['prebuilds', string],
  ...args: readonly string[]
): Promise<CommandRun> =>
  new Promise((resolve) => {
    // Jest tells its workers to write in colours when it does so itself, which would stand between the words looked for.
    const { FORCE_COLOR: _, ...env } = process.env;
    execFile(
      process.execPath,
      [PROGRAM, ...[command].flat(), '--dir', dir, ...args],
      { timeout: 120_000, env },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), text: `${out}${err}` }),
    );
  });
