import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startOwnPostgres, startTestStack } from '@holdfast/testing';
import type { TestPostgres, TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import type { Answer } from './gateway-client.fixtures.js';
import { redChecks } from './health.fixtures.js';
import { holds } from './holds.fixtures.js';
import { holdfast } from './holdfast.fixtures.js';
import { configMap, CONFIG_MAPS } from './widgets.fixtures.js';

const GREEN = { 'api-gateway': [], 'prebuild-orchestrator': [], provisioner: [], reconciler: [], 'resource-store': [] };
/** After which nobody waits for an answer any more; how soon they come is held by within-5-seconds.deep.spec.ts. */
const DEADLINE_MS = 10_000;
/** Without waiting for anybody, on a busy machine. */
const AT_ONCE_MS = 2_000;
const PATIENT = { withinMs: 60_000 };
const LIMIT = 120_000;

describe('with a dependency away', () => {
  let test: TestStack;
  let postgres: TestPostgres;
  let client: GatewayClient;

  beforeAll(async () => {
    // A server of the test's own, which nobody starts again when it was killed.
    postgres = await startOwnPostgres();
    test = await startTestStack({ env: { HOLDFAST_DATABASE_URL: postgres.databaseUrl } });
    client = new GatewayClient(test.stack);
    await client.create(CONFIG_MAPS, configMap('before'));
  }, LIMIT);
  afterAll(async () => {
    await client?.close();
    await test?.close();
    await postgres?.close();
  });

  const write = (name: string): Promise<Answer<object>> => client.send('POST', CONFIG_MAPS, { body: configMap(name) });
  const isUnavailable = ({ code, headers, body }: Answer<object>): void => {
    expect(body).toMatchObject({ kind: 'Status', status: 'Failure', code: 503, reason: 'ServiceUnavailable' });
    expect(code).toBe(503);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  };
  const timed = async <T>(call: () => Promise<T>): Promise<[answer: T, ms: number]> => {
    const since = performance.now();
    return [await call(), performance.now() - since];
  };
  const isGreen = (): Promise<void> => holds(async () => expect(await redChecks(test)).toEqual(GREEN), PATIENT);

  describe('the only transactor is stopped in its tracks', () => {
    let pid: number;
    beforeAll(() => {
      pid = test.pid('resource-store');
      process.kill(pid, 'SIGSTOP');
    });
    afterAll(() => void process.kill(pid, 'SIGCONT'));

    const reads = [`${CONFIG_MAPS}/before`, CONFIG_MAPS, `${CONFIG_MAPS}?watch=true`].map(
      (path) => () => client.send('GET', path),
    );

    it(
      'nobody waits for the deadline, and a write that may have been taken says so',
      async () => {
        const [[written, writeMs], ...rest] = await Promise.all([
          timed(() => write('on-its-way')),
          ...reads.map((read) => timed(read)),
        ]);
        expect(written.body).toMatchObject({
          code: 504,
          reason: 'Timeout',
          message: expect.stringContaining('repeat with the same Idempotency-Key') as unknown,
        });
        expect(writeMs).toBeLessThan(DEADLINE_MS);
        for (const [answer, ms] of rest) {
          isUnavailable(answer);
          expect(ms).toBeLessThan(DEADLINE_MS);
        }
      },
      LIMIT,
    );

    it(
      'from then on everybody is refused at once',
      async () => {
        for (const call of [() => write('never-sent'), ...reads]) {
          const [answer, ms] = await timed(call);
          isUnavailable(answer);
          expect(ms).toBeLessThan(AT_ONCE_MS);
        }
        const red = await redChecks(test).catch(() => undefined);
        expect(red?.['api-gateway'] ?? ['transactor']).toEqual(['transactor']);
      },
      LIMIT,
    );

    it(
      'all goes on by itself when it is back, without what was refused',
      async () => {
        process.kill(pid, 'SIGCONT');
        await isGreen();
        await eventually(async () => (await write('after-the-sleep')).code === 201, PATIENT);
        expect((await client.send('GET', `${CONFIG_MAPS}/never-sent`)).code).toBe(404);
      },
      LIMIT,
    );
  });

  describe('NATS is stopped in its tracks', () => {
    let pid: number;
    beforeAll(() => {
      pid = test.pid('nats-server');
      process.kill(pid, 'SIGSTOP');
    });
    afterAll(() => void process.kill(pid, 'SIGCONT'));

    it(
      'health is red for exactly those who need it',
      async () => {
        await holds(async () => {
          const red = await redChecks(test);
          expect(red['api-gateway']).toEqual(['nats', 'transactor']);
          expect(red['reconciler']).toEqual(['nats']);
          expect(red['prebuild-orchestrator']).toEqual(['nats']);
          expect(red['resource-store']).toContain('nats');
          expect(red['resource-store']).not.toContain('postgres');
        }, PATIENT);
      },
      LIMIT,
    );

    it(
      'what may have been on its way is answered before its deadline',
      async () => {
        const [{ code }, ms] = await timed(() => write('on-its-way'));
        expect([503, 504]).toContain(code);
        expect(ms).toBeLessThan(DEADLINE_MS);
      },
      LIMIT,
    );

    it(
      'then writes and reads are refused before their deadline, with the time to come back',
      async () => {
        for (const call of [
          () => write('refused'),
          () => client.send('GET', `${CONFIG_MAPS}/before`),
          () => client.send('GET', CONFIG_MAPS),
        ]) {
          const [answer, ms] = await timed(call);
          isUnavailable(answer);
          expect(ms).toBeLessThan(DEADLINE_MS);
        }
      },
      LIMIT,
    );

    it(
      'all goes on by itself when it is back',
      async () => {
        process.kill(pid, 'SIGCONT');
        await isGreen();
        await eventually(async () => (await write('after-the-pause')).code === 201, PATIENT);
        expect((await client.send('GET', `${CONFIG_MAPS}/refused`)).code).toBe(404);
      },
      LIMIT,
    );
  });

  describe('NATS is killed', () => {
    it(
      'writes go on by themselves once it runs again, and nothing is lost',
      async () => {
        const before = await client.list(CONFIG_MAPS);
        process.kill(test.pid('nats-server'), 'SIGKILL');
        await eventually(async () => (await write('after-the-kill')).code === 201, PATIENT);
        await isGreen();
        const names = (await client.list(CONFIG_MAPS)).items.map(({ metadata }) => metadata.name);
        expect(names).toEqual(expect.arrayContaining(before.items.map(({ metadata }) => metadata.name)));
      },
      LIMIT,
    );
  });

  describe('PostgreSQL is killed', () => {
    const watched: string[] = [];
    const ended = new AbortController();

    beforeAll(async () => {
      const { resourceVersion } = (await client.list(CONFIG_MAPS)).metadata;
      void (async () => {
        for await (const { type, object } of client.watch(CONFIG_MAPS, { resourceVersion }, ended.signal))
          watched.push(`${type} ${object.metadata.name}`);
      })().catch(() => undefined);
      await postgres.kill9();
    }, LIMIT);
    afterAll(() => ended.abort());

    it(
      'health is red for exactly those who need it',
      async () => {
        const red = { ...GREEN, 'api-gateway': ['postgres'], 'resource-store': ['postgres'] };
        await holds(async () => expect(await redChecks(test)).toEqual(red), PATIENT);
      },
      LIMIT,
    );

    it(
      'lists are refused before their deadline; writes, reads by name and watches go on',
      async () => {
        const [answer, ms] = await timed(() => client.send('GET', CONFIG_MAPS));
        isUnavailable(answer);
        expect(ms).toBeLessThan(DEADLINE_MS);
        expect((await write('without-rows')).code).toBe(201);
        expect((await client.get(`${CONFIG_MAPS}/without-rows`)).metadata.name).toBe('without-rows');
        await holds(() => expect(watched).toEqual(['ADDED without-rows']), PATIENT);
      },
      LIMIT,
    );

    it(
      'the rows catch up by themselves when it is back',
      async () => {
        await postgres.restart();
        await isGreen();
        const names = (await client.list(CONFIG_MAPS)).items.map(({ metadata }) => metadata.name);
        expect(names).toContain('without-rows');
        expect(await holdfast(test, 'verify')).toMatchObject({ code: 0 });
      },
      LIMIT,
    );
  });
});
