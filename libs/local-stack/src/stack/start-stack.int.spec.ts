import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { Agent, request } from 'undici';

import { eventually, temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

import { isAlive } from '../process-identity.js';
import { ConfigurationError } from './configuration.js';
import type { StackEvent } from './events.js';
import { readText } from './files.js';
import { AlreadyRunningError } from './lock.js';
import { readStackFile } from './stack-file.js';
import type { StackFile } from './stack-file.js';
import { startStack } from './start-stack.js';
import type { Stack, StackOptions } from './start-stack.js';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const ALL = [
  'api-gateway',
  'nats-server',
  'postgres',
  'prebuild-orchestrator',
  'provisioner',
  'reconciler',
  'resource-store',
];

const pidOf = (file: StackFile | undefined, name: string): number =>
  file?.processes.find((process) => process.name === name)?.pid ?? 0;
const allGone = (file: StackFile): boolean => file.processes.every(({ pid }) => !isAlive(pid));

describe('a stack', () => {
  let folder: TemporaryFolder;
  let stack: Stack | undefined;
  let events: StackEvent[];
  let describedAtCrash: StackFile[];
  const start = async (env: NodeJS.ProcessEnv = {}, instances: StackOptions['instances'] = {}): Promise<Stack> => {
    events = [];
    describedAtCrash = [];
    stack = await startStack({
      dir: folder.path,
      workspace: '/',
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      report: (event) => {
        events.push(event);
        if (event.kind === 'crashed' && stack !== undefined) describedAtCrash.push(stack.describe());
      },
      durable: false,
      instances,
      script: () => fixture('fake-service.mjs'),
    });
    return stack;
  };
  const stackFile = (): Promise<StackFile | undefined> => readStackFile(folder.path);

  beforeAll(async () => {
    folder = await temporaryFolder('stack');
  });
  afterEach(async () => {
    await stack?.stop();
    stack = undefined;
  });
  afterAll(async () => {
    await folder?.remove();
  });

  it('runs every server and service, and stack.json tells where', async () => {
    const { gateway } = await start();
    const file = await stackFile();
    expect(file?.processes.map(({ name }) => name).sort()).toEqual(ALL);
    expect(file?.gateway).toBe(gateway);
    for (const { pid, health } of file?.processes ?? []) {
      expect(isAlive(pid)).toBe(true);
      expect((await fetch(health)).ok).toBe(true);
    }
  });

  it('is reached with what it wrote down', async () => {
    await start();
    const { nats = '', database = '' } = (await stackFile()) ?? {};
    const { port, username, password } = new URL(nats);
    const nc = await connect({ servers: `127.0.0.1:${port}`, user: username, pass: password });
    await nc.close();
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    await client.end();
  });

  it('keeps its secrets from others', async () => {
    await start();
    const secret = ['ca.key', 'server.key', 'kubeconfig', 'secrets.json', 'stack.json', 'token', 'tokens.csv'];
    const names = await readdir(folder.path);
    expect(names).toEqual(expect.arrayContaining(secret));
    for (const name of secret) expect((await stat(join(folder.path, name))).mode & 0o077).toBe(0);
  });

  it('has a certificate that a client of its authority accepts for every loopback name', async () => {
    const { authorityPem } = await start();
    const [cert, key] = await Promise.all(
      ['server.crt', 'server.key'].map(async (name) => (await readText(join(folder.path, name))) ?? ''),
    );
    const server = createServer({ cert, key }, (_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '::', resolve));
    const { port } = server.address() as AddressInfo;
    const dispatcher = new Agent({ connect: { ca: authorityPem } });
    for (const host of ['127.0.0.1', 'localhost'])
      expect((await request(`https://${host}:${port}`, { dispatcher })).statusCode).toBe(200);
    await dispatcher.close();
    server.close();
  });

  it.each(['reconciler', 'nats-server', 'postgres'])('starts %s again when it was killed', async (name) => {
    await start();
    const before = await stackFile();
    process.kill(pidOf(before, name), 'SIGKILL');
    const after = await eventually(async () => {
      const file = await stackFile();
      const pid = pidOf(file, name);
      return pid !== 0 && pid !== pidOf(before, name) ? file : undefined;
    });
    expect(after.nats).toBe(before?.nats);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'crashed', name, outcome: 'signal SIGKILL' }));
    expect(events).toContainEqual({ kind: 'restarted', name, pid: pidOf(after, name) });
    // What has ended is not described as running.
    expect(describedAtCrash.map((file) => pidOf(file, name))).toEqual([0]);
  });

  it('leaves nothing running when it stops, and says so by taking stack.json away', async () => {
    const file = (await start()).describe();
    await stack?.stop();
    expect(allGone(file)).toBe(true);
    expect(await stackFile()).toBeUndefined();
  });

  it('is the same at its next start: addresses, token, authority', async () => {
    const before = await start();
    const file = before.describe();
    await before.stop();
    const after = await start();
    expect({ token: after.token, ca: after.authorityPem }).toEqual({ token: before.token, ca: before.authorityPem });
    expect({ ...after.describe(), processes: [] }).toEqual({ ...file, processes: [] });
  });

  it('runs as many processes of a service as it is asked to, each with an address of its own', async () => {
    const { gateways } = await start({}, { 'api-gateway': 2, 'resource-store': 2 });
    const names = (await stackFile())?.processes.map(({ name }) => name) ?? [];
    expect(names.sort()).toEqual([...ALL, 'api-gateway-2', 'resource-store-2'].sort());
    expect(new Set(gateways).size).toBe(2);
  });

  it('refuses a second one on the same folder, which changes nothing', async () => {
    await start();
    const file = await stackFile();
    const second = startStack({ dir: folder.path, workspace: '/', env: {}, report: () => undefined });
    await expect(second).rejects.toThrow(new AlreadyRunningError(folder.path, process.pid));
    expect(await stackFile()).toEqual(file);
  });

  it('does not start when a service cannot, says what that said, and leaves nothing', async () => {
    const wrong = new ConfigurationError(['missing: HOLDFAST_SECRET']);
    await expect(start({ HOLDFAST_FAKE_FAILS: 'HOLDFAST_SECRET' })).rejects.toEqual(wrong);
    expect(await readdir(folder.path)).not.toContain('lock.json');
  });

  it('uses the servers that the environment names and leaves them running', async () => {
    const other = await start();
    const { nats, database, processes } = other.describe();
    const monitor = processes.find(({ name }) => name === 'nats-server')?.health?.replace('/healthz', '');
    const elsewhere = await temporaryFolder('stack');
    const guest = await startStack({
      dir: elsewhere.path,
      workspace: '/',
      env: { HOLDFAST_NATS_URL: nats, HOLDFAST_NATS_MONITOR_URL: monitor, HOLDFAST_DATABASE_URL: database },
      report: () => undefined,
      script: () => fixture('fake-service.mjs'),
    });
    const used = guest.describe();
    await guest.stop();
    await elsewhere.remove();
    expect(used.processes.map(({ name }) => name)).not.toContain('nats-server');
    expect({ nats: used.nats, database: used.database }).toEqual({ nats, database });
    for (const { pid } of processes) expect(isAlive(pid)).toBe(true);
  });
});

describe('when the supervisor is killed', () => {
  it('nothing that it started is left, and the folder can be used again at once', async () => {
    const folder = await temporaryFolder('stack');
    const hold = async () => {
      const supervisor = spawn(process.execPath, [fixture('hold-stack.mjs'), folder.path], { stdio: 'pipe' });
      const [line] = (await once(supervisor.stdout, 'data')) as [Buffer];
      return { supervisor, file: JSON.parse(line.toString()) as StackFile };
    };
    const first = await hold();
    first.supervisor.kill('SIGKILL');
    const second = await hold();
    expect(allGone(first.file)).toBe(true);
    second.supervisor.kill('SIGKILL');
    await eventually(() => allGone(second.file), { withinMs: 15_000 });
    await folder.remove();
  });
});
