/** One nats-server with JetStream on loopback, that can be hurt: killed, paused, restarted on the same port and data. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { pollUntil } from '../poll.js';
import { isStopped } from '../process-identity.js';
import { serverError, startServerProcess } from '../server-process.js';
import type { ServerProcess } from '../server-process.js';
import { adoptStreams } from './adopt-streams.js';
import { natsServerConfig } from './config.js';
import { findNatsServer } from './find-nats-server.js';
import type { NatsUser } from './permissions.js';

const START_LIMIT_MS = 20_000;

export interface NatsServerOptions {
  /** Configuration, data and log live here. */
  readonly dir: string;
  /** 0 or absent: the server picks one, which it keeps across restarts. */
  readonly port?: number;
  readonly monitorPort?: number;
  /** One per user; without them anybody may do anything. */
  readonly passwords?: Readonly<Record<NatsUser, string>>;
  /** Further top-level settings, in the server's syntax. */
  readonly extraConfig?: string;
  /** The program; found or fetched when absent. */
  readonly program?: string;
}

export interface NatsServer {
  readonly port: number;
  readonly monitorPort: number;
  readonly monitorUrl: string;
  readonly logFile: string;
  readonly pid: number;
  /** `nats://user:password@127.0.0.1:port`; without credentials when the server has no users. */
  url(user?: NatsUser): string;
  /** Resolves with what ended it, in words; a restart makes a new promise. */
  ended(): Promise<string>;
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Resolves when none of it runs any more: what is sent to it from then on waits. */
  pause(): Promise<void>;
  resume(): void;
  /** Starts again after stop or kill9, on the same ports and data. */
  restart(): Promise<void>;
}

/** Resolves when the server answers with JetStream ready; rejects with the end of its log. */
export const startNatsServer = async (options: NatsServerOptions): Promise<NatsServer> => {
  const program = options.program ?? (await findNatsServer());
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const logFile = join(options.dir, 'nats-server.log');
  const wanted = { client: options.port ?? 0, monitor: options.monitorPort ?? 0 };
  let running = await launch({ ...options, program, logFile, ports: wanted });
  const { ports } = running;

  return {
    port: ports.client,
    monitorPort: ports.monitor,
    monitorUrl: `http://127.0.0.1:${ports.monitor}`,
    logFile,
    get pid() {
      return running.server.pid;
    },
    url: (user = 'store') => {
      const password = options.passwords?.[user];
      return `nats://${password === undefined ? '' : `${user}:${password}@`}127.0.0.1:${ports.client}`;
    },
    ended: () => running.server.ended,
    stop: () => running.server.stop(),
    kill9: () => running.server.kill9(),
    pause: async () => {
      const { pid } = running.server;
      running.server.signal('SIGSTOP');
      const late = (): Error => new Error(`nats-server (${pid}) was not stopped within ${STOP_LIMIT_MS} ms`);
      await pollUntil(() => isStopped(pid) || undefined, { limitMs: STOP_LIMIT_MS, late });
    },
    resume: () => running.server.signal('SIGCONT'),
    restart: async () => {
      if (running.server.outcome() === undefined) await running.server.stop();
      running = await launch({ ...options, program, logFile, ports });
    },
  };
};

const STOP_LIMIT_MS = 5_000;

interface Ports {
  readonly client: number;
  readonly monitor: number;
}

interface Launch extends NatsServerOptions {
  readonly program: string;
  readonly logFile: string;
  readonly ports: Ports;
}

const launch = async (options: Launch): Promise<{ server: ServerProcess; ports: Ports }> => {
  const configFile = join(options.dir, 'nats-server.conf');
  if (options.passwords !== undefined) await adoptStreams(storeFolderOf(options));
  await writeFile(configFile, configText(options), { mode: 0o600 });
  const server = await startServerProcess({
    name: 'nats-server',
    command: options.program,
    args: ['--config', configFile],
    logFile: options.logFile,
    stopSignal: 'SIGTERM',
  });
  try {
    return { server, ports: await readiness(server, options) };
  } catch (error) {
    await server.kill9();
    throw error;
  }
};

const storeFolderOf = ({ dir }: Pick<NatsServerOptions, 'dir'>): string => join(dir, 'jetstream');

const configText = ({ dir, ports, passwords, extraConfig }: Launch): string =>
  natsServerConfig({
    host: '127.0.0.1',
    port: ports.client,
    monitorPort: ports.monitor,
    storeFolder: storeFolderOf({ dir }),
    portsFolder: dir,
    ...(passwords === undefined ? {} : { passwords }),
    ...(extraConfig === undefined ? {} : { extra: extraConfig }),
  });

const readiness = async (server: ServerProcess, { dir, logFile }: Launch): Promise<Ports> => {
  const portsFile = join(dir, `nats-server_${server.pid}.ports`);
  const limit = { limitMs: START_LIMIT_MS, late: () => new Error(`no answer within ${START_LIMIT_MS} ms`) };
  try {
    return await pollUntil(async () => {
      const outcome = server.outcome();
      if (outcome !== undefined) throw new Error(`it ended with ${outcome}`);
      const ports = await readPorts(portsFile);
      return ports !== undefined && (await isHealthy(ports)) ? ports : undefined;
    }, limit);
  } catch (error) {
    throw await serverError(`nats-server did not start: ${(error as Error).message}`, logFile);
  }
};

/** `{"nats":["nats://127.0.0.1:4222"],"monitoring":["http://127.0.0.1:8222"]}`, written once it listens. */
const readPorts = async (file: string): Promise<Ports | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  const client = /"nats":\["nats:\/\/[^"]*?:(\d+)"/.exec(text)?.[1];
  const monitor = /"monitoring":\["http:\/\/[^"]*?:(\d+)"/.exec(text)?.[1];
  return client === undefined || monitor === undefined
    ? undefined
    : { client: Number(client), monitor: Number(monitor) };
};

const isHealthy = (ports: Ports): Promise<boolean> =>
  fetch(`http://127.0.0.1:${ports.monitor}/healthz?js-enabled-only=true`, { signal: AbortSignal.timeout(1_000) }).then(
    (response) => response.ok,
    () => false,
  );
