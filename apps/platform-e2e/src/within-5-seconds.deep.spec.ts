/**
 * The figures in seconds that are promised, on a machine that has nothing else to do. `npm test` waits for the same facts
 * however long a busy machine takes.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startOwnPostgres, startTestStack } from '@holdfast/testing';
import type { TestPostgres, TestStack } from '@holdfast/testing';

import { CounterWriters } from './counter.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';
import { redChecks } from './health.fixtures.js';
import { holds } from './holds.fixtures.js';
import { storeThatIs } from './roles.fixtures.js';
import { configMap, CONFIG_MAPS } from './widgets.fixtures.js';

const PROMISED_MS = 5_000;
const PATIENT = { withinMs: 60_000 };
const LIMIT = 180_000;
const WRITERS = 50;

describe('within 5 seconds', () => {
  let test: TestStack;
  let postgres: TestPostgres;
  let client: GatewayClient;

  beforeAll(async () => {
    // A server of the test's own, which nobody starts again when it was killed.
    postgres = await startOwnPostgres();
    const env = { HOLDFAST_DATABASE_URL: postgres.databaseUrl };
    test = await startTestStack({ env, instances: { 'resource-store': 2 } });
    client = new GatewayClient(test.stack);
  }, LIMIT);
  afterAll(async () => {
    await client?.close();
    await test?.close();
    await postgres?.close();
  });

  const red = async (service: string): Promise<readonly string[]> => (await redChecks(test))[service] ?? [];
  const write = (name: string) => client.send('POST', CONFIG_MAPS, { body: configMap(name) });
  const soon = (expectation: () => Promise<void>): Promise<void> => holds(expectation, { withinMs: PROMISED_MS });

  it(
    'of kill -9 of the transactor, writes go on',
    async () => {
      const writers = await CounterWriters.start([client], 'counter', WRITERS);
      try {
        await writers.win(100);
        await storeThatIs(test, 'standby');
        process.kill(test.pid(await storeThatIs(test, 'transactor')), 'SIGKILL');
        await writers.win(100);
      } finally {
        await writers.stop();
      }
      const gaps = writers.wins.slice(1).map(({ at }, i) => at - (writers.wins[i]?.at ?? at));
      expect(Math.max(...gaps)).toBeLessThan(PROMISED_MS);
    },
    LIMIT,
  );

  it(
    'of a NATS that does not answer, health is red; what comes later is refused as soon',
    async () => {
      await storeThatIs(test, 'standby');
      const pid = test.pid('nats-server');
      process.kill(pid, 'SIGSTOP');
      try {
        await soon(async () => expect(await red('api-gateway')).toEqual(['nats', 'transactor']));
        // What may have been on its way is waited for as long as a take-over takes; after that the gateway knows better.
        await write('on-its-way');
        const since = performance.now();
        expect((await write('refused')).code).toBe(503);
        expect(performance.now() - since).toBeLessThan(PROMISED_MS);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await holds(async () => expect(await red('api-gateway')).toEqual([]), PATIENT);
    },
    LIMIT,
  );

  it(
    'of the death of PostgreSQL, health is red, and lists are refused',
    async () => {
      await postgres.kill9();
      await soon(async () => expect(await red('api-gateway')).toEqual(['postgres']));
      const since = performance.now();
      expect((await client.send('GET', CONFIG_MAPS)).code).toBe(503);
      expect(performance.now() - since).toBeLessThan(PROMISED_MS);
    },
    LIMIT,
  );
});
