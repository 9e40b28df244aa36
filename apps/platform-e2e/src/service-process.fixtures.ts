/** A service that the test itself starts and ends, beside a stack that has none of it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { eventually } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { workspace } from './racks.fixtures.js';

/** A service, and the user of NATS that it is. */
interface Identity {
  readonly service: string;
  readonly user: string;
}

const RECONCILER: Identity = { service: 'reconciler', user: 'reconciler' };
export const ORCHESTRATOR: Identity = { service: 'prebuild-orchestrator', user: 'orchestrator' };

export class ServiceProcess {
  private admin: string | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly service: string,
  ) {
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.admin ??= (JSON.parse(line) as { readonly admin?: string }).admin;
    });
  }

  static async start(
    test: TestStack,
    env: Readonly<Record<string, string>> = {},
    { service, user }: Identity = RECONCILER,
  ): Promise<ServiceProcess> {
    const secrets = await readFile(join(test.dir, 'secrets.json'), 'utf8');
    const { natsPasswords } = JSON.parse(secrets) as { readonly natsPasswords: Readonly<Record<string, string>> };
    const nats = new URL(test.stack.describe().nats);
    nats.username = user;
    nats.password = natsPasswords[user] ?? '';
    const main = join(workspace, 'apps', service, 'dist', 'bundle', 'main.js');
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: { PATH: process.env['PATH'] ?? '', HOLDFAST_NATS_URL: nats.href, HOLDFAST_PARENT_PIPE: '1', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return new ServiceProcess(child, service);
  }

  get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves once it works. */
  async ready(): Promise<void> {
    await eventually(async () => {
      if (this.isGone) throw new Error(`the ${this.service} ended: ${await this.ended()}`);
      if (this.admin === undefined) return false;
      return (await fetch(`${this.admin}/readyz`, { headers: { connection: 'close' } })).ok;
    });
  }

  /** The value of a metric of one controller. */
  async metric(name: string, controller: string): Promise<number> {
    const text = await (await fetch(`${this.admin}/metrics`, { headers: { connection: 'close' } })).text();
    const line = text.split('\n').find((found) => found.startsWith(`${name}{controller="${controller}"`));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  /** Resolves with the signal that ended it, or its exit code. */
  async ended(): Promise<string> {
    if (!this.isGone) await once(this.child, 'exit');
    return this.child.signalCode ?? String(this.child.exitCode);
  }

  /** As an operator stops it: it hands over what it holds. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended();
  }

  /** From now on it does nothing, until it is resumed. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  async kill9(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended();
  }
}
