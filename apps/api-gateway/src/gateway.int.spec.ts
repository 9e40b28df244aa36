import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { join } from 'node:path';
import { CommandServer } from '@holdfast/command-client';
import type { Answer } from '@holdfast/command-client';
import { boundaryOf, NO_BODY } from '@holdfast/contracts';
import type { Command } from '@holdfast/contracts';
import { ensureGatewayIdentity, freePort } from '@holdfast/local-stack';
import { JetStreamCommitLog } from '@holdfast/log';
import { readConfig } from '@holdfast/nest-platform';
import type { RunningService } from '@holdfast/nest-platform';
import { eventually, startNats, temporaryFolder, testCommit } from '@holdfast/testing';
import type { TemporaryFolder, TestNats } from '@holdfast/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';

import { environment } from './config.js';
import { startGateway } from './start-gateway.js';

interface Received {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A whole gateway on a real NATS, with a transactor that knows one object, and PostgreSQL away. */
describe('a gateway', () => {
  let folder: TemporaryFolder;
  let nats: TestNats;
  let nc: NatsConnection;
  let log: JetStreamCommitLog;
  let transactor: CommandServer;
  let gateway: RunningService | undefined;
  let port: number;
  let admin: number;
  /** What a create waits for; released at once unless a test holds it. */
  let release: Promise<void> = Promise.resolve();

  const end = boundaryOf(1);
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'menu', resourceVersion: '1024' } };
  const ok = (body: Buffer, outcome: 'read' | 'created'): Answer => ({
    reply: { status: 'ok', version: end, outcome },
    body,
  });

  const answer = async ({ request }: Command): Promise<Answer> => {
    if (request.verb === 'kinds') return ok(Buffer.from('[]'), 'read');
    if (request.verb === 'look') return ok(NO_BODY, 'read');
    if (request.verb === 'create') await release;
    return ok(Buffer.from(JSON.stringify(object)), request.verb === 'create' ? 'created' : 'read');
  };

  beforeAll(async () => {
    folder = await temporaryFolder('gateway');
    [nats, port, admin] = [await startNats(), await freePort(), await freePort()];
    await ensureGatewayIdentity({ dir: folder.path, server: `https://127.0.0.1:${port}`, names: [], now: new Date() });
    nc = await connect({ servers: nats.url(), maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    log = await JetStreamCommitLog.open({ nc, replicas: 1, create: true, sync: { trust: true } });
    const takeOver = testCommit('take-over', [], { instance: 'store', epoch: 1, takeover: true, commands: [] });
    await log.append({ id: takeOver.id, data: takeOver.data, expectedSequence: 0 });
    transactor = new CommandServer({
      nc,
      transactor: { instance: 'store', epoch: 1 },
      handler: answer,
      report: () => {},
    });
    transactor.start();
    gateway = await startGateway(
      readConfig(environment, {
        HOLDFAST_NATS_URL: nats.url(),
        HOLDFAST_DATABASE_URL: `postgres://holdfast@127.0.0.1:${await freePort()}/holdfast`,
        HOLDFAST_GATEWAY_PORT: String(port),
        HOLDFAST_ADMIN_PORT: String(admin),
        HOLDFAST_TLS_CERT_FILE: join(folder.path, 'server.crt'),
        HOLDFAST_TLS_KEY_FILE: join(folder.path, 'server.key'),
        HOLDFAST_TOKEN_FILE: join(folder.path, 'tokens.csv'),
      }),
      pino({ level: 'silent' }),
    );
    await holds(async () => expect((await checks())['kinds']).toBe('ok'));
  }, 60_000);

  afterAll(async () => {
    await gateway?.close();
    await transactor?.stop();
    await nc?.close();
    await nats?.close();
    await folder?.remove();
  });

  const holds = (expectation: () => Promise<void>): Promise<boolean> =>
    eventually(async () => {
      await expectation();
      return true;
    });

  const ask = (method: string, path: string, body?: object): Promise<Received> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${readFileSync(join(folder.path, 'token'), 'utf8').trim()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const ca = readFileSync(join(folder.path, 'ca.crt'));
      const request = httpsRequest({ host: '127.0.0.1', port, method, path, headers, ca, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ code: response.statusCode ?? 0, headers: response.headers, body: text }));
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });

  const checks = async (): Promise<Record<string, string>> => {
    const response = await fetch(`http://127.0.0.1:${admin}/readyz`);
    const report = (await response.json()) as { checks: Record<string, { status: string }> };
    return Object.fromEntries(Object.entries(report.checks).map(([name, { status }]) => [name, status]));
  };

  const MENUS = '/api/v1/namespaces/default/configmaps';

  it('answers reads and writes by name while PostgreSQL is away, and lists with 503', async () => {
    expect(await ask('GET', `${MENUS}/menu`)).toMatchObject({ code: 200, body: JSON.stringify(object) });
    expect((await ask('POST', MENUS, object)).code).toBe(201);

    const list = await ask('GET', MENUS);
    expect(list.code).toBe(503);
    expect(list.headers['retry-after']).toBe('1');
    expect(JSON.parse(list.body)).toMatchObject({ kind: 'Status', reason: 'ServiceUnavailable' });
  });

  it('is red for what is away and for nothing else', async () => {
    await holds(async () => {
      expect(await checks()).toEqual({
        https: 'ok',
        nats: 'ok',
        postgres: 'error',
        transactor: 'ok',
        kinds: 'ok',
      });
    });
    expect((await ask('GET', '/readyz')).code).toBe(503);
    expect((await ask('GET', '/livez')).code).toBe(200);
  });

  it('answers a method that nobody knows with a Status', async () => {
    const answered = await ask('PROPFIND', MENUS);
    expect(answered.code).toBe(404);
    expect(JSON.parse(answered.body)).toMatchObject({ kind: 'Status', code: 404 });
  });

  it('answers what is no HTTP with a Status', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
      let received = '';
      socket.on('data', (part: Buffer) => (received += part.toString()));
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
      socket.write('HELLO\r\n\r\n');
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({ kind: 'Status', code: 400 });
  });

  it('refuses writes within seconds while NATS is away, and goes on by itself when it is back', async () => {
    await nats.stop();
    const started = Date.now();
    const refused = await ask('POST', MENUS, object);
    expect(refused.code).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(Date.now() - started).toBeLessThan(5_000);
    await holds(async () => expect(await checks()).toMatchObject({ nats: 'error', transactor: 'error' }));

    await nats.restart();
    await holds(async () => expect((await ask('POST', MENUS, object)).code).toBe(201));
    await holds(async () => expect(await checks()).toMatchObject({ nats: 'ok', transactor: 'ok' }));
  }, 60_000);

  it('answers what is under way when it is stopped, and ends its watches', async () => {
    let go: () => void = () => undefined;
    release = new Promise((resolve) => (go = resolve));
    const creating = ask('POST', MENUS, object);
    const watching = ask('GET', `${MENUS}?watch=true&resourceVersion=${end}`);
    await holds(async () => {
      const metrics = await fetch(`http://127.0.0.1:${admin}/metrics`);
      expect(await metrics.text()).toMatch(/holdfast_watches_open\{[^}]*\} 1/);
    });

    const closing = gateway?.close();
    gateway = undefined;
    expect((await watching).code).toBe(200);
    go();
    expect((await creating).code).toBe(201);
    await closing;
    await expect(ask('GET', '/livez')).rejects.toThrow('ECONNREFUSED');
  }, 30_000);
});
