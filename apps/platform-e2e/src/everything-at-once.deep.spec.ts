import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { Churn } from './churn.fixtures.js';
import { CounterWriters } from './counter.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';
import { holdfast } from './holdfast.fixtures.js';
import { eventsOf } from './log.fixtures.js';
import { ResumingWatch, sightingsOf } from './resuming-watch.fixtures.js';
import { configMap, CONFIG_MAPS } from './widgets.fixtures.js';

const RUN_MS = 60_000;
const LIMIT = 300_000;
const PATIENT = { withinMs: 120_000 };

/** A small generator with a seed that is told when the test fails, so that its order of kills can be had again. */
const numbersFrom = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};

/** A process that has ended needs no signal: nobody may know yet. */
const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

const paused = async (pid: number, ms: number): Promise<void> => {
  signal(pid, 'SIGSTOP');
  await delay(ms);
  signal(pid, 'SIGCONT');
};

describe('while everything is killed and paused again and again', () => {
  const seed = Number(process.env['HOLDFAST_TEST_SEED'] ?? Date.now() % 1_000_000);
  let test: TestStack;
  let clients: readonly [GatewayClient, GatewayClient];
  const running: { stop(): Promise<unknown> }[] = [];
  const started = <T extends { stop(): Promise<unknown> }>(thing: T): T => {
    running.push(thing);
    return thing;
  };

  beforeAll(async () => {
    test = await startTestStack({ instances: { 'resource-store': 2, 'api-gateway': 2, reconciler: 2 } });
    const { authorityPem, token, gateways } = test.stack;
    const to = (gateway = ''): GatewayClient => new GatewayClient({ authorityPem, token, gateway });
    clients = [to(gateways[0]), to(gateways[1])];
  }, LIMIT);
  afterEach(async () => {
    await Promise.allSettled(running.splice(0).map((thing) => thing.stop()));
  });
  afterAll(async () => {
    await Promise.all((clients ?? []).map((client) => client.close()));
    await test?.close();
  });

  /** Kills one process, pauses one for a while, or kills all at once, again and again; resolves with how many it hurt. */
  const hurtAtRandom = async (): Promise<number> => {
    const random = numbersFrom(seed);
    const end = performance.now() + RUN_MS;
    const names = test.stack.describe().processes.map(({ name }) => name);
    const pauses: Promise<void>[] = [];
    let hurt = 0;
    while (performance.now() < end) {
      const [how, victim, ms] = [random(), names[Math.floor(random() * names.length)], random() * 2_000];
      const { processes } = test.stack.describe();
      const victims = how < 0.05 ? processes : processes.filter(({ name }) => name === victim);
      for (const { pid } of victims) {
        if (how > 0.8) pauses.push(paused(pid, 2 * ms));
        else signal(pid, 'SIGKILL');
        hurt += 1;
      }
      await delay(500 + ms);
    }
    await Promise.all(pauses);
    return hurt;
  };

  it(
    `every acknowledged write is there, nothing twice, rows and watches equal the log (HOLDFAST_TEST_SEED=${seed})`,
    async () => {
      const [first] = clients;
      const begin = (await first.list(CONFIG_MAPS)).metadata.resourceVersion;
      const watches = [[clients[0]], [clients[1]], clients].map((each) =>
        started(new ResumingWatch(each, CONFIG_MAPS, begin)),
      );
      const churn = started(new Churn(clients, 8));
      const counter = started(await CounterWriters.start(clients, 'counter', 10));
      expect(await hurtAtRandom()).toBeGreaterThan(20);
      await churn.writes(50);
      await Promise.all([churn.stop(), counter.stop()]);
      await eventually(
        async () => (await first.send('POST', CONFIG_MAPS, { body: configMap('last') })).code < 500,
        PATIENT,
      );
      await eventually(() => watches.every((watch) => watch.hasSeen('last')), PATIENT);

      const expected = sightingsOf(
        (await eventsOf(test, 'configmaps')).filter(({ version }) => version > Number(begin)),
      );
      for (const watch of watches) expect(await watch.stop()).toEqual(expected);
      const logged = new Set(expected.map((sighting) => sighting.split(' ').slice(1).join(' ')));
      expect(churn.acknowledged.filter((write) => !logged.has(write))).toEqual([]);
      const { data } = await first.get(`${CONFIG_MAPS}/counter`);
      expect(data).toEqual({ count: String(counter.wins.length) });
      const verified = await eventually(async () => {
        const run = await holdfast(test, 'verify');
        return run.code === 0 ? run : undefined;
      }, PATIENT);
      expect(verified.text).toContain('the rows are what the log says');
    },
    LIMIT,
  );
});
