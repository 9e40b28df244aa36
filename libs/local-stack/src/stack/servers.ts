/** The servers that a stack needs: started by us and kept running, or somebody else's, which are only used. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { findNatsServer } from '../nats/find-nats-server.js';
import type { NatsUser } from '../nats/permissions.js';
import { startNatsServer } from '../nats/server.js';
import { canReach, unprivilegedAccount } from '../postgres/account.js';
import { findPostgres } from '../postgres/find-postgres.js';
import { postgresUrl, startPostgresServer } from '../postgres/server.js';
import { crashesInARow, restartDelay } from './back-off.js';
import type { StackConfiguration } from './configuration.js';
import type { Report } from './events.js';
import { readText, writePrivate } from './files.js';
import type { PortOf } from './ports.js';
import type { Secrets } from './secrets.js';

const DATABASE = 'holdfast';

export interface ServerOptions {
  readonly dir: string;
  readonly secrets: Secrets;
  readonly portOf: PortOf;
  readonly durable: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
  /** Called with each new process of a server, the first one too. */
  readonly started: (name: string, pid: number) => Promise<void>;
}

export interface OwnProcess {
  /** The current process; undefined between a crash and the next start. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

export interface StackNats {
  readonly url: (user: NatsUser) => string;
  readonly sync: { readonly monitorUrl: string } | { readonly trust: true };
  /** Undefined when the server is not ours. */
  readonly own?: OwnProcess;
}

/** Its address is known before it runs: those who use it wait for it by themselves. */
export interface StackDatabase {
  readonly url: string;
  /** Resolves once it can be used; absent when the server is not ours. */
  readonly start?: () => Promise<OwnProcess>;
}

export const obtainNats = async (
  given: StackConfiguration['nats'],
  { dir, secrets, portOf, env, report, started }: ServerOptions,
): Promise<StackNats> => {
  if (given !== undefined) return { url: () => given.url, sync: given.sync };
  const server = await startNatsServer({
    program: await findNatsServer({ env, report: (message) => report({ kind: 'note', message }) }),
    dir: join(dir, 'nats'),
    port: portOf('nats'),
    monitorPort: portOf('nats-monitor'),
    passwords: secrets.natsPasswords,
  });
  const own = await keepRunning('nats-server', server, { report, started });
  return { url: (user) => server.url(user), sync: { monitorUrl: server.monitorUrl }, own };
};

/** Resolves with what is needed to start it; only what is missing is fetched, which may take long. */
export const findDatabase = async (
  given: string | undefined,
  { dir, secrets, portOf, durable, env, report, started }: ServerOptions,
): Promise<StackDatabase> => {
  if (given !== undefined) return { url: given };
  const { bin } = await findPostgres({ env, report: (message) => report({ kind: 'note', message }) });
  const port = portOf('postgres');
  const password = secrets.postgresPassword;
  const start = async (): Promise<OwnProcess> => {
    const server = await startPostgresServer({ bin, dir: await postgresFolder(dir, report), port, password, durable });
    const own = await keepRunning('postgres', server, { report, started });
    await server.createDatabase(DATABASE);
    return own;
  };
  return { url: postgresUrl({ port, password, database: DATABASE }), start };
};

/** Beside the rest, unless root keeps the stack where the account that PostgreSQL runs as cannot go. */
const postgresFolder = async (dir: string, report: Report): Promise<string> => {
  const account = await unprivilegedAccount();
  if (account === undefined || (await canReach(account, dir))) return join(dir, 'postgres');

  const note = join(dir, 'postgres-folder');
  const elsewhere = (await readText(note))?.trim() ?? `/var/lib/holdfast/${randomBytes(8).toString('hex')}`;
  await mkdir('/var/lib/holdfast', { recursive: true, mode: 0o755 });
  await writePrivate(note, `${elsewhere}\n`);
  report({
    kind: 'note',
    message: `PostgreSQL refuses to run as root and its account cannot reach ${dir}: its data is in ${elsewhere}`,
  });
  return elsewhere;
};

interface Restartable {
  readonly pid: number;
  stop(): Promise<void>;
  ended(): Promise<string>;
  restart(): Promise<void>;
}

/** Starts the server again whenever it ends by itself. */
const keepRunning = async (
  name: string,
  server: Restartable,
  { report, started }: Pick<ServerOptions, 'report' | 'started'>,
): Promise<OwnProcess> => {
  let stopping = false;
  let pid: number | undefined = server.pid;
  let wake = (): void => undefined;
  await started(name, pid);

  const watch = async (): Promise<void> => {
    let crashes = 0;
    for (;;) {
      const startedAt = performance.now();
      const outcome = await server.ended();
      pid = undefined;
      if (stopping) return;
      crashes = crashesInARow(crashes, performance.now() - startedAt);
      const againInMs = restartDelay(crashes);
      report({ kind: 'crashed', name, outcome, againInMs });
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, againInMs);
      });
      if (stopping) return;
      await server.restart().then(
        async () => {
          pid = server.pid;
          await started(name, pid);
          report({ kind: 'restarted', name, pid });
        },
        (error: unknown) => report({ kind: 'note', message: String(error) }),
      );
    }
  };
  const watching = watch();
  return {
    get pid() {
      return pid;
    },
    stop: async () => {
      stopping = true;
      wake();
      await server.stop();
      await watching;
    },
  };
};
