/**
 * Starts servers and services in one folder and keeps them running: secrets and certificates, then NATS and PostgreSQL,
 * then the services, then the files that tell clients where everything is.
 */
import { chmod, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { removeWhenGone } from '../guardian.js';
import { readStackConfiguration } from './configuration.js';
import type { StackConfiguration } from './configuration.js';
import type { Report } from './events.js';
import { writeJson, writePrivate } from './files.js';
import { kubeconfig } from './kubeconfig.js';
import { takeLock } from './lock.js';
import type { StackLock } from './lock.js';
import { prepareStack, publicAddress } from './preparation.js';
import type { Preparation } from './preparation.js';
import { findDatabase, obtainNats } from './servers.js';
import type { OwnProcess, StackDatabase, StackNats } from './servers.js';
import { ServiceProcess } from './service-process.js';
import { serviceEnvironment, serviceScript } from './services.js';
import type { ServiceName } from './services.js';
import { stackFilePath } from './stack-file.js';
import type { StackFile } from './stack-file.js';

const LARGEST_LOG_BYTES = 10 * 1024 * 1024;

export interface StackOptions {
  /** Everything the stack keeps lives here. */
  readonly dir: string;
  /** The checkout whose compiled services are run. */
  readonly workspace: string;
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
  /** False gives up PostgreSQL's durability for speed; for tests. */
  readonly durable?: boolean;
  /** How many processes of a service are run; one unless it is named here. */
  readonly instances?: Partial<Record<ServiceName, number>>;
  /** Ends the start early; what was started is stopped again. */
  readonly signal?: AbortSignal;
  /** The script of a service; by default the compiled one of the workspace. */
  readonly script?: (service: ServiceName) => string;
}

export interface Stack {
  readonly gateway: string;
  /** All gateways, the first one too. */
  readonly gateways: readonly string[];
  readonly token: string;
  readonly authorityPem: string;
  readonly files: {
    readonly stack: string;
    readonly kubeconfig: string;
    readonly authority: string;
    readonly token: string;
    readonly logs: string;
  };
  /** What stack.json says now. */
  describe(): StackFile;
  /** Stops services, then servers; resolves when nothing that was started is left. */
  stop(): Promise<void>;
}

/** Resolves when every part is ready; rejects, with all it started stopped again, when one cannot become so. */
export const startStack = async (options: StackOptions): Promise<Stack> => {
  await mkdir(join(options.dir, 'logs'), { recursive: true });
  // Traversable, since PostgreSQL may run as another account; what is secret has a mode of its own.
  await chmod(options.dir, 0o711);
  const lock = await takeLock(options.dir);
  const running = new RunningStack(options, lock);
  try {
    // Under the lock, so that the ports of a stack that runs here or is just ending are nobody else's.
    await running.start(await readStackConfiguration(options.env));
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
};

class RunningStack implements Stack {
  gateways: readonly string[] = [];
  token = '';
  authorityPem = '';
  readonly files: Stack['files'];
  private nats: StackNats | undefined;
  private database: StackDatabase | undefined;
  private postgres: OwnProcess | undefined;
  private services: readonly ServiceProcess[] = [];
  private complete = false;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: StackOptions,
    private readonly lock: StackLock,
  ) {
    const file = (name: string): string => join(options.dir, name);
    this.files = {
      stack: stackFilePath(options.dir),
      kubeconfig: file('kubeconfig'),
      authority: file('ca.crt'),
      token: file('token'),
      logs: file('logs'),
    };
  }

  async start(configuration: StackConfiguration): Promise<void> {
    const { dir, signal } = this.options;
    await rm(stackFilePath(dir), { force: true });
    const prepared = await prepareStack(this.options, configuration);
    this.gateways = prepared.gateways;
    this.token = prepared.admin.token;
    this.authorityPem = prepared.certificates.authorityPem;
    const { gateway: server, token, authorityPem } = this;
    await writePrivate(this.files.kubeconfig, kubeconfig({ server, token, authorityPem }));

    signal?.throwIfAborted();
    await this.startNats(configuration, prepared);
    signal?.throwIfAborted();
    await this.startDatabaseAndServices(prepared);
    // Should we be killed, it would tell of what is no longer there.
    removeWhenGone(stackFilePath(dir));
    this.complete = true;
    await this.inTurn(() => this.writeStackFile());
  }

  get gateway(): string {
    return this.gateways[0] ?? '';
  }

  describe(): StackFile {
    const store = this.services.find(({ command }) => command.service === 'resource-store');
    const monitor = this.nats !== undefined && 'monitorUrl' in this.nats.sync ? this.nats.sync.monitorUrl : '';
    const processes = [
      { name: 'nats-server', pid: this.nats?.own?.pid, health: `${monitor}/healthz` },
      // It speaks no HTTP: the store tells whether it answers.
      { name: 'postgres', pid: this.postgres?.pid, health: `${store?.command.health ?? ''}/healthz/postgres` },
      ...this.services.map(({ pid, command: { name, health } }) => ({ name, pid, health: `${health}/healthz` })),
    ];
    return {
      gateway: this.gateway,
      nats: this.nats?.url('operator') ?? '',
      database: this.database?.url ?? '',
      processes: processes.flatMap(({ pid, ...process }) => (pid === undefined ? [] : [{ ...process, pid }])),
    };
  }

  async stop(): Promise<void> {
    this.complete = false;
    await this.writing;
    await rm(stackFilePath(this.options.dir), { force: true });
    // The store last of all services: the others have a last word to write.
    const isStore = ({ command }: ServiceProcess): boolean => command.service === 'resource-store';
    await Promise.all(this.services.filter((service) => !isStore(service)).map((service) => service.stop()));
    await Promise.all(this.services.filter(isStore).map((service) => service.stop()));
    await Promise.all([this.nats?.own?.stop(), this.postgres?.stop()]);
    await this.lock.release();
  }

  /** With NATS running and PostgreSQL found, the rest takes seconds. */
  private async startNats(configuration: StackConfiguration, { secrets, portOf }: Preparation): Promise<void> {
    const { dir, env, report, durable = true } = this.options;
    const started = (_name: string, pid: number): Promise<void> => this.noteProcess(pid);
    const server = { dir, secrets, portOf, env, report, durable, started };
    // Both are awaited even when one fails, so that the other one is stopped too.
    const results = await Promise.allSettled([
      this.timed('nats-server', async () => {
        this.nats = await obtainNats(configuration.nats, server);
        return this.nats.own === undefined ? "somebody else's" : `127.0.0.1:${portOf('nats')}`;
      }),
      findDatabase(configuration.databaseUrl, server).then((found) => {
        this.database = found;
      }),
    ]);
    throwFirstFailure(results);
  }

  /** At the same time: services take as long to load as PostgreSQL does to start, and wait for it by themselves. */
  private async startDatabaseAndServices(prepared: Preparation): Promise<void> {
    const database = this.timed('postgres', async () => {
      this.postgres = await this.database?.start?.();
      return this.postgres === undefined ? "somebody else's" : `127.0.0.1:${prepared.portOf('postgres')}`;
    });
    try {
      await Promise.all([database, this.startServices(prepared)]);
    } finally {
      // What is still being started could not be stopped.
      await Promise.allSettled([database]);
    }
  }

  private async startServices({ launches, admin, certificates }: Preparation): Promise<void> {
    const { nats, database } = this;
    if (nats === undefined || database === undefined) throw new Error('services need NATS and PostgreSQL');
    const around = {
      natsUrl: nats.url,
      natsSync: nats.sync,
      databaseUrl: database.url,
      certificate: certificates.certificate,
      key: certificates.key,
      tokenTable: admin.tableFile,
      sites: resolve(this.options.dir, 'sites'),
      workspaces: resolve(this.options.dir, 'workspaces'),
    };
    const script = this.options.script ?? ((name: ServiceName) => serviceScript(this.options.workspace, name));
    const commands = launches.map(({ name, service, ports }) => ({
      name,
      service,
      script: script(service),
      env: { ...this.options.env, ...serviceEnvironment(service, ports, around) },
      health: `http://127.0.0.1:${ports.admin}`,
      address: publicAddress(ports) ?? '',
      logFile: join(this.files.logs, `${name}.log`),
    }));
    await Promise.all(commands.map(({ logFile }) => rotate(logFile)));
    const events = { report: this.options.report, started: (pid: number) => void this.noteProcess(pid) };
    this.services = commands.map((command) => new ServiceProcess(command, events));
    await Promise.all(
      this.services.map((service) =>
        this.timed(service.command.name, async () => {
          await service.ready(this.options.signal);
          return service.command.address;
        }),
      ),
    );
  }

  private async timed(name: string, become: () => Promise<string>): Promise<void> {
    const startedAt = performance.now();
    const detail = await become();
    this.options.report({ kind: 'ready', name, detail, tookMs: performance.now() - startedAt });
  }

  private noteProcess(pid: number): Promise<void> {
    return this.inTurn(async () => {
      await this.lock.note(pid);
      if (this.complete) await this.writeStackFile();
    });
  }

  /** One write after the other: processes may be restarted at the same moment, and the newest state must stay. */
  private inTurn(write: () => Promise<void>): Promise<void> {
    this.writing = this.writing.then(write);
    return this.writing;
  }

  private writeStackFile(): Promise<void> {
    return writeJson(stackFilePath(this.options.dir), this.describe());
  }
}

const throwFirstFailure = (results: readonly PromiseSettledResult<void>[]): void => {
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/** The log of many starts would grow for ever; one older part is kept. */
const rotate = async (logFile: string): Promise<void> => {
  const found = await stat(logFile).catch(() => undefined);
  if (found !== undefined && found.size > LARGEST_LOG_BYTES) await rename(logFile, `${logFile}.old`);
};
