import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { claimWithKey, expectOneEach, numbered, readyPool } from './claims.fixtures.js';
import type { ClaimResult } from './claims.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';
import type { KubeObject } from './gateway-client.fixtures.js';
import { holdfast } from './holdfast.fixtures.js';
import { claimOf, POOLS } from './pool-kinds.fixtures.js';

const LIMIT = 180_000;

describe('claims on a pool', () => {
  let test: TestStack;
  let client: GatewayClient;

  beforeAll(async () => {
    test = await startTestStack({ instances: { 'prebuild-orchestrator': 2, 'resource-store': 2 } });
    client = new GatewayClient(test.stack);
  }, LIMIT);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  it(
    'a thousand at once on five hundred ready ones: five hundred different warm ones, five hundred others, none twice',
    async () => {
      const pool = await readyPool(client, 'crowd', 500);
      const results = await Promise.all(numbered(1_000, 'crowd').map((key) => claimWithKey(client, 'crowd', key)));
      await expectOneEach(test, pool, results);
      const cold = results.filter(({ claim }) => claim.status?.['source'] === 'cold');
      expect(cold).toHaveLength(500);
      expect(new Set(cold.map(({ claim }) => claim.status?.['missReason']))).toEqual(new Set(['PoolPaused']));
    },
    LIMIT,
  );

  it(
    'nobody loses or doubles anything when orchestrator, store and NATS are killed in the middle',
    async () => {
      const pool = await readyPool(client, 'killed', 100);
      let answered = 0;
      const claims = numbered(200, 'killed').map(async (key) => {
        // In waves, so that each kill meets some on their way.
        await eventually(() => answered >= Number(key.split('-')[1]) - 40, { withinMs: LIMIT });
        const result = await claimWithKey(client, 'killed', key);
        answered += 1;
        return result;
      });
      for (const [at, victim] of [
        [20, 'prebuild-orchestrator'],
        [60, 'resource-store'],
        [100, 'prebuild-orchestrator-2'],
        [140, 'nats-server'],
      ] as const) {
        await eventually(() => answered >= at, { withinMs: LIMIT });
        process.kill(await eventually(() => test.pid(victim)), 'SIGKILL');
      }
      const results = await Promise.all(claims);
      await expectOneEach(test, pool, results);
      const again = await Promise.all(numbered(200, 'killed').map((key) => claimWithKey(client, 'killed', key)));
      expect(again.map(({ workspace }) => workspace.metadata.uid)).toEqual(
        results.map(({ workspace }) => workspace.metadata.uid),
      );
    },
    LIMIT,
  );

  it(
    'one that is made as an object is bound like any other, and takes its workspace along when it is deleted',
    async () => {
      const [only = ''] = await readyPool(client, 'given-up', 1);
      const path = `${POOLS}/workspaceclaims/mine`;
      await client.create(`${POOLS}/workspaceclaims`, claimOf('mine', { preset: 'given-up' }));
      const bound = await eventually(async () => {
        const { status } = await client.get(path);
        return status?.['phase'] === 'Bound' ? status : undefined;
      });
      expect(bound).toMatchObject({ source: 'warm', workspace: { name: only } });
      const { spec } = await client.get(`${POOLS}/workspaces/${only}`);
      expect(spec).toMatchObject({ owner: 'ada', name: 'mine' });

      await client.delete(path);
      await eventually(async () => {
        const { code, body } = await client.send<KubeObject>('GET', `${POOLS}/workspaces/${only}`);
        return code === 404 || body.metadata.deletionTimestamp !== undefined;
      });
    },
    LIMIT,
  );

  it(
    'a key leads to one workspace, and is refused with anything else in the body',
    async () => {
      await readyPool(client, 'keyed', 4);
      const claim = (key: string, body: object) =>
        client.send<ClaimResult>('POST', `${POOLS}/presets/keyed/claim`, { headers: { 'idempotency-key': key }, body });
      const first = await claim('named', { name: 'keyed-a' });
      expect(first.code).toBe(201);
      expect((await claim('named', { name: 'keyed-b' })).code).toBe(422);
      expect((await claim('named', { name: 'keyed-a', waitSeconds: 1 })).code).toBe(422);
      expect((await claim('named', {})).code).toBe(422);
      const again = await claim('named', { name: 'keyed-a' });
      expect([again.code, again.body.workspace.metadata.name]).toEqual([200, first.body.workspace.metadata.name]);
      expect((await claim('unnamed', {})).code).toBe(201);
      expect((await claim('unnamed', { waitSeconds: 1 })).code).toBe(422);
      expect((await claim('unnamed', { name: 'keyed-c' })).code).toBe(422);
      const { items } = await client.list(`${POOLS}/workspaceclaims?fieldSelector=spec.preset%3Dkeyed`);
      expect(items).toHaveLength(2);
    },
    LIMIT,
  );

  it(
    'the command line tells whose it is, where it came from and how long it took; its repeat by name finds the same',
    async () => {
      const [only = ''] = await readyPool(client, 'told', 1);
      const claim = (...args: string[]) =>
        holdfast(test, ['prebuilds', 'claim'], 'told', '--name', 'tolds-own', ...args);
      const { code, text } = await claim();
      expect([code, text]).toEqual([
        0,
        expect.stringMatching(/^workspace told-0 belongs to admin after \d+ ms; it was ready$/m),
      ]);
      const again = await claim('-o', 'json');
      expect(JSON.parse(again.text)).toMatchObject({
        outcome: 'known',
        workspace: { metadata: { name: only } },
        tookMs: expect.any(Number),
      });
      expect((await claim()).text).toMatch(
        /^workspace told-0 belongs to admin already since \S+, by claim tolds-own; it was ready$/m,
      );
      expect(await claim('--owner', 'bob')).toMatchObject({
        code: 1,
        text: expect.stringContaining('already exists and belongs to somebody else'),
      });
    },
    LIMIT,
  );
});
