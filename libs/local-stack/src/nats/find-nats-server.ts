/** Finds a nats-server that is new enough, or fetches one; nothing on the system is changed. */
import { basename, join } from 'node:path';

import { cacheFolder, exists, fillOnce } from '../cache.js';
import { unpackDebianProgram } from '../debian-package.js';
import { programsOnPath } from '../programs-on-path.js';
import { runCommand } from '../run-command.js';
import { unpackOfficialRelease } from './official-release.js';

const OLDEST = [2, 12] as const;

export interface FindOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Told before something is fetched, since that takes seconds. */
  readonly report?: (message: string) => void;
}

/**
 * The path of a nats-server of at least 2.12: HOLDFAST_NATS_SERVER, a good one on PATH, one fetched before, the official
 * release, the distribution's package. Throws an error that says what was tried and what to install.
 */
export const findNatsServer = async ({ env = process.env, report }: FindOptions = {}): Promise<string> => {
  const tried: string[] = [];
  const named = env['HOLDFAST_NATS_SERVER'];
  if (named !== undefined && named !== '') return requireNewEnough(named);

  for (const candidate of await programsOnPath('nats-server', env)) {
    const version = await natsServerVersion(candidate);
    if (isNewEnough(version)) return candidate;
    tried.push(`${candidate} is ${version ?? 'not a working program'}`);
  }

  const home = join(cacheFolder(env), 'nats-server');
  const fetched = join(home, 'nats-server');
  if (isNewEnough(await natsServerVersion(fetched))) return fetched;
  try {
    await fillOnce(home, (scratch) => fetchInto(scratch, tried, report));
  } catch (error) {
    throw new NatsServerNotFoundError([...tried, message(error)]);
  }
  return requireNewEnough(fetched);
};

export class NatsServerNotFoundError extends Error {
  override readonly name = 'NatsServerNotFoundError';

  constructor(readonly tried: readonly string[]) {
    super(
      [
        `no nats-server ${OLDEST.join('.')} or newer:`,
        ...tried.map((line) => `  - ${line}`),
        'Install one from https://github.com/nats-io/nats-server/releases and put it on PATH or name it in ' +
          'HOLDFAST_NATS_SERVER, or use a running server by HOLDFAST_NATS_URL.',
      ].join('\n'),
    );
  }
}

/** forky is the first release with a server that is new enough. */
const DEBIAN_PACKAGE = {
  package: 'nats-server',
  suites: ['forky', 'sid'],
  places: ['usr/sbin/nats-server', 'usr/bin/nats-server'],
};

const unpackDebianPackage = (folder: string): Promise<void> => unpackDebianProgram(DEBIAN_PACKAGE, folder);

const fetchInto = async (scratch: string, tried: string[], report?: (message: string) => void): Promise<void> => {
  report?.('fetching nats-server');
  const program = join(scratch, 'nats-server');
  for (const fetch of [unpackOfficialRelease, unpackDebianPackage]) {
    try {
      await fetch(scratch);
      const version = await natsServerVersion(program);
      if (isNewEnough(version)) return;
      tried.push(`${fetch.name}: got ${version ?? 'a program that does not run'}`);
    } catch (error) {
      tried.push(message(error));
    }
  }
  throw new Error('nothing more to try');
};

const requireNewEnough = async (program: string): Promise<string> => {
  const version = await natsServerVersion(program);
  if (isNewEnough(version)) return program;
  const state = (await exists(program)) ? `is ${version ?? 'not a working nats-server'}` : 'does not exist';
  throw new NatsServerNotFoundError([`${program} ${state}`]);
};

/** `2.15.1` of `nats-server: v2.15.1`; undefined when the program does not run. */
const natsServerVersion = async (program: string): Promise<string | undefined> => {
  const { code, stdout } = await runCommand(program, ['--version'], { timeoutMs: 5_000 });
  return code === 0 ? /v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] : undefined;
};

export const isNewEnough = (version: string | undefined): boolean => {
  const [major = 0, minor = 0] = (version ?? '0.0').split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
};

const message = (error: unknown): string => (error instanceof Error ? error.message : basename(String(error)));
