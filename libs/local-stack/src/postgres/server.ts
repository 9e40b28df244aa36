/** One PostgreSQL on loopback, that can be hurt: killed, paused, restarted on the same port and data. */
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { exists } from '../cache.js';
import { freePort } from '../free-port.js';
import { pollUntil } from '../poll.js';
import { commandOutput } from '../run-command.js';
import { serverError, startServerProcess } from '../server-process.js';
import type { ServerProcess } from '../server-process.js';
import { canReach, unprivilegedAccount } from './account.js';
import type { Account } from './account.js';
import { createDatabase } from './database.js';
import { findPostgres } from './find-postgres.js';

const START_LIMIT_MS = 30_000;
const OWNER = 'holdfast';

export interface PostgresServerOptions {
  /** Data and log live here; when root starts it, it is given to the account that PostgreSQL runs as. */
  readonly dir: string;
  /** Absent: a free one, kept across restarts. */
  readonly port?: number;
  readonly password: string;
  /** False gives up durability for speed; for tests. */
  readonly durable?: boolean;
  /** The folder of its programs; found or fetched when absent. */
  readonly bin?: string;
}

export interface PostgresServer {
  readonly port: number;
  readonly logFile: string;
  readonly pid: number;
  /** `postgres://holdfast:password@127.0.0.1:port/<database>`; the maintenance database when none is named. */
  url(database?: string): string;
  /** Makes the database unless it is there; resolves with its URL. */
  createDatabase(name: string): Promise<string>;
  /** Resolves with what ended it, in words; a restart makes a new promise. */
  ended(): Promise<string>;
  stop(): Promise<void>;
  kill9(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Starts again after stop or kill9, on the same port and data. */
  restart(): Promise<void>;
}

/** Where the server is once it runs. */
export const postgresUrl = (at: { port: number; password: string; database: string }): string =>
  `postgres://${OWNER}:${encodeURIComponent(at.password)}@127.0.0.1:${at.port}/${at.database}`;

/** Resolves when the server accepts connections; the data folder is made at the first start. */
export const startPostgresServer = async (options: PostgresServerOptions): Promise<PostgresServer> => {
  const bin = options.bin ?? (await findPostgres()).bin;
  const account = await unprivilegedAccount();
  await prepareFolder(options.dir, account);
  const launch: Launch = { ...options, bin, account, logFile: join(options.dir, 'postgres.log') };
  if (!(await exists(join(options.dir, 'data', 'PG_VERSION')))) await initialize(launch);

  const port = options.port ?? (await freePort());
  let server = await start({ ...launch, port });
  const url = (database = 'postgres'): string => postgresUrl({ port, password: options.password, database });
  return {
    port,
    logFile: launch.logFile,
    get pid() {
      return server.pid;
    },
    url,
    createDatabase: (name) => createDatabase(url(), name),
    ended: () => server.ended,
    stop: () => server.stop(),
    kill9: () => server.kill9(),
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    restart: async () => {
      if (server.outcome() === undefined) await server.stop();
      server = await start({ ...launch, port });
    },
  };
};

interface Launch extends PostgresServerOptions {
  readonly bin: string;
  readonly account: Account | undefined;
  readonly logFile: string;
}

const prepareFolder = async (dir: string, account: Account | undefined): Promise<void> => {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (account === undefined) return;
  await chown(dir, account.uid, account.gid);
  await chmod(dir, 0o700);
  if (await canReach(account, dir)) return;
  throw new Error(
    `PostgreSQL refuses to run as root, and the account it would run as (uid ${account.uid}) cannot reach ${dir}`,
  );
};

const initialize = async ({ dir, bin, account, password }: Launch): Promise<void> => {
  const data = join(dir, 'data');
  const passwordFile = join(dir, 'password');
  await rm(data, { recursive: true, force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) await chown(passwordFile, account.uid, account.gid);
  try {
    const args = ['-D', data, '-U', OWNER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
    // `--no-sync` only concerns the folder's making: PG_VERSION is there either way, and the data is disposable.
    await commandOutput(join(bin, 'initdb'), [...args, '--locale=C.UTF-8', '--no-sync', '--no-instructions'], {
      ...account,
      cwd: '/',
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
};

const start = async (launch: Launch & { port: number }): Promise<ServerProcess> => {
  const { dir, bin, port, account, logFile, durable = true } = launch;
  const data = join(dir, 'data');
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    log_min_messages: 'warning',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const server = await startServerProcess({
    name: 'postgres',
    command: join(bin, 'postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    logFile,
    // A fast shutdown: sessions are ended, transactions rolled back.
    stopSignal: 'SIGINT',
    ...account,
  });
  try {
    await ready(server, data, logFile);
    return server;
  } catch (error) {
    await server.kill9();
    throw error;
  }
};

const ready = async (server: ServerProcess, data: string, logFile: string): Promise<void> => {
  const limit = { limitMs: START_LIMIT_MS, late: () => new Error(`not ready within ${START_LIMIT_MS} ms`) };
  try {
    await pollUntil(async () => {
      const outcome = server.outcome();
      if (outcome !== undefined) throw new Error(`it ended with ${outcome}`);
      return (await saysReady(server.pid, data)) ? true : undefined;
    }, limit);
  } catch (error) {
    throw await serverError(`PostgreSQL did not start: ${(error as Error).message}`, logFile);
  }
};

/** The postmaster tells its state in the eighth line of its pid file; the first is its process id. */
const saysReady = async (pid: number, data: string): Promise<boolean> => {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready';
};
