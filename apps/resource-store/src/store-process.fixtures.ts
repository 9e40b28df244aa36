/** Real store processes on a real NATS, and commands in the words of the tests. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { CommandClient } from '@holdfast/command-client';
import type { Answer } from '@holdfast/command-client';
import type { Command, Commit, Request, Target } from '@holdfast/contracts';
import { JetStreamCommitLog } from '@holdfast/log';
import { connectNats } from '@holdfast/nest-platform';
import { eventually, startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import type { NatsConnection } from '@nats-io/transport-node';

const MAIN = fileURLToPath(new URL('../dist/bundle/main.js', import.meta.url));
const NO_DATABASE = 'postgres://nobody@127.0.0.1:1/none';

export const target = (name: string): Target => ({
  group: '',
  version: 'v1',
  resource: 'configmaps',
  namespace: 'default',
  name,
});

export const configMap = (name: string, data: Record<string, string> = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

export const createOf = (): Request => ({ verb: 'create', target: target('') });
export const updateOf = (name: string): Request => ({ verb: 'update', target: target(name) });
export const getOf = (name: string): Request => ({ verb: 'get', target: target(name) });

let commands = 0;

export const commandOf = (request: Request, more: Partial<Command> = {}): Command => ({
  id: randomUUID(),
  deadline: Date.now() + 10_000,
  actor: 'tester',
  requestID: `request-${++commands}`,
  correlationID: 'test',
  request,
  ...more,
});

export const bodyOf = (object: object | undefined): Buffer =>
  object === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(object));

export interface StoreHealth {
  readonly role: 'starting' | 'standby' | 'transactor';
  readonly epoch: number;
  readonly sequence: number;
  readonly lag: number;
}

export class StoreProcess {
  /** Its log lines, parsed. */
  readonly lines: Record<string, unknown>[] = [];

  private constructor(
    readonly instance: string,
    private readonly child: ChildProcess,
  ) {
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) this.lines.push(JSON.parse(line) as Record<string, unknown>);
    });
  }

  static start(instance: string, env: Record<string, string>): StoreProcess {
    const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
      env: { PATH: process.env['PATH'] ?? '', HOLDFAST_INSTANCE: instance, HOLDFAST_PARENT_PIPE: '1', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return new StoreProcess(instance, child);
  }

  async health(): Promise<StoreHealth | undefined> {
    const url = this.lines.find(({ admin }) => admin !== undefined)?.['admin'];
    if (typeof url !== 'string') return undefined;
    const response = await fetch(`${url}/healthz`, { headers: { connection: 'close' } });
    return (await response.json()) as StoreHealth;
  }

  async metrics(): Promise<string> {
    const url = String(this.lines.find(({ admin }) => admin !== undefined)?.['admin']);
    return (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text();
  }

  /** Resolves once it has this role. */
  async becomes(role: StoreHealth['role']): Promise<StoreHealth> {
    const look = async (): Promise<StoreHealth | undefined> => {
      const health = await this.health();
      return health?.role === role ? health : undefined;
    };
    return eventually(look, { withinMs: 30_000 });
  }

  /** Resolves with the signal that ended it, or its exit code. */
  async ended(): Promise<string> {
    if (!this.isGone()) await once(this.child, 'exit');
    return this.child.signalCode ?? String(this.child.exitCode);
  }

  isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  async stop(): Promise<string> {
    this.child.kill('SIGTERM');
    return this.ended();
  }

  async kill9(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended();
  }
}

export class StoreWorld {
  private readonly processes: StoreProcess[] = [];

  private constructor(
    readonly nats: TestNats,
    readonly nc: NatsConnection,
    readonly log: JetStreamCommitLog,
    readonly client: CommandClient,
  ) {}

  /** NATS with the product's users, and a client that sends commands as the gateway does. */
  static async open(): Promise<StoreWorld> {
    const nats = await startNats({ secure: true });
    const nc = await connectNats({ url: nats.url('store'), name: 'test' });
    const log = await JetStreamCommitLog.open({ nc, replicas: 1, create: true, sync: { trust: true } });
    const client = new CommandClient({ nc, sender: `test-${randomUUID()}`, log });
    await client.start();
    return new StoreWorld(nats, nc, log, client);
  }

  start(instance: string, env: Record<string, string> = {}): StoreProcess {
    const started = StoreProcess.start(instance, {
      HOLDFAST_NATS_URL: this.nats.url('store'),
      HOLDFAST_NATS_MONITOR_URL: this.nats.monitorUrl,
      HOLDFAST_DATABASE_URL: NO_DATABASE,
      ...env,
    });
    this.processes.push(started);
    return started;
  }

  send(request: Request, object?: object, more: Partial<Command> = {}): Promise<Answer> {
    return this.client.send(commandOf(request, more), bodyOf(object));
  }

  /** Every commit of the log so far. */
  async commits(): Promise<Commit[]> {
    const end = await this.log.end();
    const commits: Commit[] = [];
    const signal = new AbortController();
    if (end === 0) return commits;
    for await (const commit of this.log.follow({ after: 0, signal: signal.signal })) {
      commits.push(commit);
      if (commit.sequence === end) signal.abort();
    }
    return commits;
  }

  /** The versions of this object in the log. */
  async versionsOf(name: string): Promise<number[]> {
    const commits = await this.commits();
    const events = commits.flatMap(({ events }) => events);
    return events.filter(({ record }) => record.name === name).map(({ version }) => version);
  }

  async close(): Promise<void> {
    for (const started of this.processes) started.resume();
    await Promise.all(this.processes.map((started) => started.kill9()));
    this.client.close();
    this.log.close();
    await this.nc.close();
    await this.nats.close();
  }
}

export const versionOf = ({ reply }: Answer): number => {
  if (reply.status !== 'ok') throw new Error(`expected a version, found ${JSON.stringify(reply)}`);
  return reply.version;
};

export const objectOf = ({ reply, body }: Answer): unknown => {
  if (reply.status !== 'ok') throw new Error(`expected an object, found ${JSON.stringify(reply)}`);
  return JSON.parse(body.toString('utf8'));
};
