import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { CounterWriters } from './counter.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';
import type { KubeObject } from './gateway-client.fixtures.js';
import { eventsOf } from './log.fixtures.js';
import { storeThatIs } from './roles.fixtures.js';
import { configMap, CONFIG_MAPS } from './widgets.fixtures.js';

const WRITERS = 50;
const LIMIT = 120_000;

describe('while the transactor changes, behind two gateways', () => {
  let test: TestStack;
  let clients: readonly [GatewayClient, GatewayClient];
  let writers: CounterWriters | undefined;

  beforeAll(async () => {
    test = await startTestStack({ instances: { 'resource-store': 2, 'api-gateway': 2 } });
    const to = (gateway = ''): GatewayClient => new GatewayClient({ ...test.stack, ...credentials(), gateway });
    clients = [to(test.stack.gateways[0]), to(test.stack.gateways[1])];
  }, LIMIT);
  afterAll(async () => {
    await writers?.stop().catch(() => undefined);
    await Promise.all((clients ?? []).map((client) => client.close()));
    await test?.close();
  });

  const credentials = () => ({ authorityPem: test.stack.authorityPem, token: test.stack.token });

  const signalTransactor = async (signal: NodeJS.Signals): Promise<number> => {
    await storeThatIs(test, 'standby');
    const pid = test.pid(await storeThatIs(test, 'transactor'));
    process.kill(pid, signal);
    return pid;
  };

  /** Every win stands on a version of its own, and the counter counts the wins: none was lost, none counted twice. */
  const expectEveryWinCounted = async ({ wins, name }: CounterWriters): Promise<void> => {
    expect(new Set(wins.map(({ base }) => base)).size).toBe(wins.length);
    expect(new Set(wins.map(({ version }) => version)).size).toBe(wins.length);
    for (const client of clients)
      expect((await client.get(`${CONFIG_MAPS}/${name}`)).data).toEqual({ count: String(wins.length) });
    const logged = (await eventsOf(test, 'configmaps')).filter(({ record }) => record.name === name).slice(1);
    expect(logged).toHaveLength(wins.length);
    const bases = new Map(wins.map(({ version, base }) => [version, base]));
    expect(logged.map(({ version, record }) => [String(version), String(record.previous)])).toEqual(
      logged.map(({ version }) => [String(version), bases.get(String(version))]),
    );
  };

  it(
    'fifty writers on one object lose no update by a kill -9, and go on by themselves',
    async () => {
      writers = await CounterWriters.start(clients, 'killed', WRITERS);
      await writers.win(20);
      await signalTransactor('SIGKILL');
      const killedAt = performance.now();
      await writers.win(40);
      await writers.stop();
      expect(writers.wins.at(-1)?.at).toBeGreaterThan(killedAt);
      await expectEveryWinCounted(writers);
    },
    LIMIT,
  );

  it(
    'a planned stop is a pause for fifty writers, not a refusal',
    async () => {
      writers = await CounterWriters.start(clients, 'planned', WRITERS);
      await writers.win(20);
      const before = await storeThatIs(test, 'transactor');
      await signalTransactor('SIGTERM');
      await eventually(async () => (await storeThatIs(test, 'transactor')) !== before, { withinMs: 30_000 });
      await writers.win(20);
      await writers.stop();
      expect(writers.refusals).toEqual([]);
      await expectEveryWinCounted(writers);
    },
    LIMIT,
  );

  it(
    'a transactor that slept through its succession serves nothing old when it wakes up',
    async () => {
      const [first, second] = clients;
      await first.create(CONFIG_MAPS, configMap('deleted-meanwhile'));
      await first.create(CONFIG_MAPS, configMap('changed-meanwhile', { by: 'the first' }));
      const pid = await signalTransactor('SIGSTOP');
      try {
        await eventually(async () => (await second.send('DELETE', `${CONFIG_MAPS}/deleted-meanwhile`)).code === 200, {
          withinMs: 30_000,
        });
        await second.mergePatch(`${CONFIG_MAPS}/changed-meanwhile`, { data: { by: 'the second' } });
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      const looks = Array.from({ length: 20 }, async (_, i) => {
        const client = clients[i % 2] as GatewayClient;
        const [read, gone, made] = await Promise.all([
          client.send<KubeObject>('GET', `${CONFIG_MAPS}/changed-meanwhile`),
          client.send('GET', `${CONFIG_MAPS}/deleted-meanwhile`),
          client.send('POST', CONFIG_MAPS, { body: configMap(`woken-${i}`) }),
        ]);
        return { by: read.body.data?.['by'], gone: gone.code, made: made.code };
      });
      for (const look of await Promise.all(looks)) expect(look).toEqual({ by: 'the second', gone: 404, made: 201 });
    },
    LIMIT,
  );

  it(
    'a write repeated with its Idempotency-Key happens once, whoever the transactor is',
    async () => {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'once-' } };
      const sent = { body, headers: { 'idempotency-key': 'once' } };
      const first = await clients[0].send<KubeObject>('POST', CONFIG_MAPS, sent);
      await signalTransactor('SIGKILL');
      const again = await eventually(async () => {
        const answer = await clients[1].send<KubeObject>('POST', CONFIG_MAPS, sent);
        return answer.code < 500 ? answer : undefined;
      });
      expect(again).toMatchObject({ code: first.code, body: first.body });
      const made = (await eventsOf(test, 'configmaps')).filter(({ record }) => record.name.startsWith('once-'));
      expect(made).toHaveLength(1);
    },
    LIMIT,
  );
});
