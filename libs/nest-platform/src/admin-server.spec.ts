import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@holdfast/testing';

import { AdminServer } from './admin-server.js';
import type { Check } from './health.js';
import { HealthRegistry } from './health.js';
import { createMetrics } from './metrics.js';

let admin: AdminServer | undefined;
let health: HealthRegistry | undefined;

afterEach(async () => {
  health?.close();
  await admin?.close();
});

const serviceWith = async (checks: Record<string, Check>): Promise<string> => {
  health = new HealthRegistry('resource-store');
  for (const [name, check] of Object.entries(checks)) health.add(name, check);
  admin = await AdminServer.listen({ host: '127.0.0.1', port: 0, health, metrics: createMetrics('resource-store') });
  return admin.url;
};

const away: Check = () => Promise.reject(new Error('connection refused'));
const there: Check = () => Promise.resolve();
const hanging: Check = () => new Promise(() => undefined);

describe('the health of a service', () => {
  it('is green when every dependency answers', async () => {
    const url = await serviceWith({ nats: there, postgres: there });

    await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);
  });

  it('is red for exactly the dependency that is away, while the process lives', async () => {
    const url = await serviceWith({ nats: there, postgres: away });

    await eventually(async () => (await (await fetch(`${url}/healthz`)).text()).includes('refused'));
    const response = await fetch(`${url}/healthz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'error',
      service: 'resource-store',
      checks: { nats: { status: 'ok' }, postgres: { status: 'error', detail: 'connection refused' } },
    });
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  it('tells of one dependency alone, whatever the others are', async () => {
    const url = await serviceWith({ nats: there, postgres: away });

    await eventually(async () => (await fetch(`${url}/healthz/nats`)).status === 200);
    const response = await fetch(`${url}/healthz/postgres`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'error', detail: 'connection refused' });
    expect((await fetch(`${url}/healthz/mysql`)).status).toBe(404);
  });

  it('is red for a dependency that hangs, and goes green when it answers again', async () => {
    let check = hanging;
    const url = await serviceWith({ nats: () => check() });

    await eventually(async () => (await (await fetch(`${url}/readyz`)).text()).includes('no answer within 2500 ms'));
    check = there;
    await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);
  });

  it('serves metrics whose names begin with holdfast_', async () => {
    const url = await serviceWith({});

    const names = (await (await fetch(`${url}/metrics`)).text()).match(/^[a-z_]+/gm) ?? [];

    expect(names).toEqual(
      expect.arrayContaining(['holdfast_process_resident_memory_bytes', 'holdfast_nodejs_eventloop_lag_seconds']),
    );
    expect(names.filter((name) => !name.startsWith('holdfast_'))).toEqual([]);
  });
});
