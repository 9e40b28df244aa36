import { join } from 'node:path';

import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { Churn } from './churn.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';
import { holds } from './holds.fixtures.js';
import { eventsOf } from './log.fixtures.js';
import { ResumingWatch, sightingsOf } from './resuming-watch.fixtures.js';
import { storeThatIs } from './roles.fixtures.js';
import { configMap, CONFIG_MAPS } from './widgets.fixtures.js';

const LIMIT = 120_000;
const PATIENT = { withinMs: 60_000 };
const TRANSACTIONS = '/apis/holdfast.dev/v1/transactions';
const OPERATIONS = 100;

describe('watches', () => {
  let test: TestStack;
  let clients: readonly [GatewayClient, GatewayClient];
  let begin: string;
  /** Ended also when a test fails. */
  const running: { stop(): Promise<unknown> }[] = [];
  const started = <T extends { stop(): Promise<unknown> }>(thing: T): T => {
    running.push(thing);
    return thing;
  };

  beforeAll(async () => {
    test = await startTestStack({ instances: { 'resource-store': 2, 'api-gateway': 2 } });
    const { authorityPem, token, gateways } = test.stack;
    const to = (gateway = ''): GatewayClient => new GatewayClient({ authorityPem, token, gateway });
    clients = [to(gateways[0]), to(gateways[1])];
    begin = (await clients[0].list(CONFIG_MAPS)).metadata.resourceVersion;
  }, LIMIT);
  afterEach(async () => {
    await Promise.allSettled(running.splice(0).map((thing) => thing.stop()));
  });
  afterAll(async () => {
    await Promise.all((clients ?? []).map((client) => client.close()));
    await test?.close();
  });

  const after = async (version: string): Promise<readonly string[]> =>
    sightingsOf((await eventsOf(test, 'configmaps')).filter((event) => event.version > Number(version)));

  it('feed an informer, which sees objects come and go as its selector says', async () => {
    const config = new KubeConfig();
    config.loadFromFile(join(test.dir, 'kubeconfig'));
    const core = config.makeApiClient(CoreV1Api);
    const namespace = 'default';
    const body = (app: string) => ({ metadata: { name: 'menu', labels: { app } } });
    const list = () => core.listNamespacedConfigMap({ namespace, labelSelector: 'app=web' });
    const informer = makeInformer(config, CONFIG_MAPS, list, 'app=web');
    const seen: string[] = [];
    for (const verb of ['add', 'update', 'delete'] as const) {
      informer.on(verb, ({ metadata }) => seen.push(`${verb} ${metadata?.labels?.['app']}`));
    }
    await informer.start();
    try {
      await core.createNamespacedConfigMap({ namespace, body: body('web') });
      for (const app of ['other', 'web'])
        await core.replaceNamespacedConfigMap({ namespace, name: 'menu', body: body(app) });
      await core.deleteNamespacedConfigMap({ namespace, name: 'menu' });
      await eventually(() => seen.length === 4);
      // What ceases to match is deleted for the informer, and shown as it was.
      expect(seen).toEqual(['add web', 'delete web', 'add web', 'delete web']);
    } finally {
      await informer.stop();
    }
  }, 60_000);

  it(
    'show every change once and in order while gateways, store and NATS are killed under load',
    async () => {
      const [first, second] = clients;
      const watches = [[first], [second], clients].map((each) => started(new ResumingWatch(each, CONFIG_MAPS, begin)));
      const churn = started(new Churn(clients, 8));
      for (const victim of ['api-gateway', 'nats-server', 'api-gateway-2', 'transactor', 'nats-server'] as const) {
        await churn.writes(60);
        process.kill(test.pid(victim === 'transactor' ? await storeThatIs(test, victim) : victim), 'SIGKILL');
      }
      await churn.writes(60);
      await churn.stop();
      await eventually(async () => (await first.send('POST', CONFIG_MAPS, { body: configMap('last') })).code < 500);
      await eventually(() => watches.every((watch) => watch.hasSeen('last')), PATIENT);
      const expected = await after(begin);
      for (const watch of watches) {
        expect(await watch.stop()).toEqual(expected);
        expect(watch.interruptions).toBeGreaterThan(0);
      }
      // The log itself holds every acknowledged write.
      const logged = new Set(expected.map((sighting) => sighting.split(' ').slice(1).join(' ')));
      expect(churn.acknowledged.filter((write) => !logged.has(write))).toEqual([]);
    },
    LIMIT,
  );

  it('begin at any version, long after', async () => {
    const [, second] = clients;
    const late = started(new ResumingWatch([second], CONFIG_MAPS, begin));
    await eventually(() => late.hasSeen('last'), PATIENT);
    expect(await late.stop()).toEqual(await after(begin));
  });

  it(
    'show a transaction of 100 in order and together, and lists show all of it or nothing',
    async () => {
      const [first, second] = clients;
      const start = (await first.list(CONFIG_MAPS)).metadata.resourceVersion;
      const watch = started(new ResumingWatch([second], CONFIG_MAPS, start));
      const churn = started(new Churn(clients, 2));
      const names = Array.from({ length: OPERATIONS }, (_, i) => `part-${String(i).padStart(3, '0')}`);
      const listed: number[][] = [];
      const lists = started(
        new Repeated(async () => {
          const { items } = await second.list(`${CONFIG_MAPS}?labelSelector=whole`);
          listed.push(items.map(({ data }) => Number(data?.['round'])));
        }),
      );

      const rounds = [0, 1, 2, 3, 4];
      const committed: string[] = [];
      for (const round of rounds) {
        const operations = names.map((name) => operation(name, round));
        await churn.writes(5);
        const { body } = await first.send<Transacted>('POST', TRANSACTIONS, { body: { operations } });
        committed.push(...body.results.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`));
      }
      await churn.writes(5);
      await Promise.all([lists.stop(), churn.stop()]);
      await holds(async () => expect(watch.seen).toEqual(await after(start)), PATIENT);

      const seen = (await watch.stop()).map((sighting) => sighting.split(' ').slice(1).join(' '));
      for (const round of rounds) {
        const whole = committed.slice(round * OPERATIONS, (round + 1) * OPERATIONS);
        const at = seen.indexOf(whole[0] ?? '');
        expect(seen.slice(at, at + OPERATIONS)).toEqual(whole);
      }
      for (const list of listed) {
        expect([0, OPERATIONS]).toContain(list.length);
        expect(new Set(list).size).toBeLessThanOrEqual(1);
      }
      expect(new Set(listed.map(([round]) => round)).size).toBeGreaterThan(2);
    },
    LIMIT,
  );
});

/** Does something again and again until it is stopped; its first failure ends it. */
class Repeated {
  private going = true;
  private readonly running: Promise<void>;

  constructor(private readonly once: () => Promise<void>) {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.going = false;
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.going) await this.once();
  }
}

interface Transacted {
  readonly results: readonly { readonly metadata: { readonly name: string; readonly resourceVersion: string } }[];
}

/** Creates in the first round, changes in the others. */
const operation = (name: string, round: number): object => {
  const data = { round: String(round) };
  if (round === 0)
    return { op: 'create', object: configMap(name, data, { namespace: 'default', labels: { whole: 'yes' } }) };
  const target = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name };
  return { op: 'patch', target, patchType: 'merge', patch: { data } };
};
