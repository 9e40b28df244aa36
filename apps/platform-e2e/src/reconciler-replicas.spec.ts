import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { judgeFences } from './fences.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';
import { holds } from './holds.fixtures.js';
import { readLog } from './log.fixtures.js';
import { RackChurn, SMALL } from './rack-churn.fixtures.js';
import { declareKinds, listedChildren, readyRack, readyStatus } from './racks.fixtures.js';
import { holdings, instanceOf, isSharedBy, LEASES, PARTITIONS } from './replicas.fixtures.js';

const LIMIT = 120_000;
const WITHIN = { withinMs: 60_000 };

describe('three replicas of the reconciler, while racks come and go', () => {
  let test: TestStack;
  let client: GatewayClient;
  let churn: RackChurn | undefined;
  /** Durations are in milliseconds; shown at the end. */
  const figures: Record<string, number> = {};

  beforeAll(async () => {
    test = await startTestStack({ instances: { reconciler: 3 }, env: { HOLDFAST_LOG_LEVEL: 'debug' } });
    client = new GatewayClient(test.stack);
    await declareKinds(client);
    churn = await RackChurn.start(client);
  }, LIMIT);
  afterAll(async () => {
    await churn?.stop().catch(() => undefined);
    await client?.close();
    await test?.close();
    process.stdout.write(`replicas of the reconciler: ${JSON.stringify(figures)}\n`);
  });

  const timed = async (what: string, happens: () => Promise<unknown>): Promise<void> => {
    const from = performance.now();
    await happens();
    figures[what] = Math.round(performance.now() - from);
  };
  const tooLate = (): number =>
    test.events.filter((event) => event.kind === 'output' && /the lock is at epoch/.test(event.line)).length;
  const allShared = (): Promise<unknown> => eventually(() => isSharedBy(test, client, 3), WITHIN);
  /** Nothing is held by this replica any more, nor by nobody. */
  const othersHaveWhat = (dead: string): Promise<unknown> =>
    eventually(async () => {
      const held = await holdings(client);
      return !held.has(dead) && !held.has('') && [...held.values()].reduce((sum, count) => sum + count) === PARTITIONS;
    }, WITHIN);

  it(
    'all work, each on its share',
    async () => {
      await timed('three share', allShared);
      await churn?.racks(10);
    },
    LIMIT,
  );

  it(
    'one is killed with kill -9: others serve its keys, and its successor gets a share',
    async () => {
      const dead = await instanceOf(test, 'reconciler-2');
      await churn?.burst(20);
      process.kill(test.pid('reconciler-2'), 'SIGKILL');
      await timed('served again after kill -9', () => othersHaveWhat(dead));
      await timed('shared with its successor', allShared);
      await churn?.racks(10);
    },
    LIMIT,
  );

  it(
    'one sleeps until others have its keys: what it wakes up with it cannot write',
    async () => {
      const pid = test.pid('reconciler');
      const asleep = await instanceOf(test, 'reconciler');
      await churn?.burst(40);
      process.kill(pid, 'SIGSTOP');
      try {
        await timed('served again after SIGSTOP', () => othersHaveWhat(asleep));
        await churn?.racks(10);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await timed('shared with the one that woke up', allShared);
      expect(await instanceOf(test, 'reconciler')).toBe(asleep);
      await churn?.racks(10);
    },
    LIMIT,
  );

  it(
    'in the end every rack is exactly what its template says: no orphan, no duplicate',
    async () => {
      await churn?.stop();
      const kept = churn?.kept ?? [];
      for (const name of kept) expect((await readyRack(client, name)).status).toMatchObject(readyStatus(SMALL));
      const all = Object.fromEntries(Object.entries(SMALL).map(([kind, count]) => [kind, count * kept.length]));
      await holds(async () => expect(await listedChildren(client, 'churn')).toEqual(all), WITHIN);
    },
    LIMIT,
  );

  it(
    'every accepted write of a controller carries the epoch that its lock was at',
    async () => {
      const { accepted, faults } = judgeFences(await readLog(test));
      figures['controller writes accepted'] = accepted.length;
      figures['runs whose writes came too late'] = tooLate();
      expect(faults).toEqual([]);
      expect(new Set(accepted.map(({ lock }) => lock)).size).toBeGreaterThan(PARTITIONS / 2);
      expect(new Set(accepted.map(({ holder }) => holder)).size).toBeGreaterThanOrEqual(4);
      expect(Math.max(...accepted.map(({ epoch }) => epoch))).toBeGreaterThan(2);
    },
    LIMIT,
  );

  it('the leases cannot be made to begin again at epoch 1', async () => {
    const path = `${LEASES}/reconciler-partition-00`;
    const { spec } = await client.get(path);
    await client.send('DELETE', path);
    await client.send('DELETE', '/api/v1/namespaces/holdfast-system');
    const after = await client.get(path);
    expect(after.spec?.['leaseTransitions']).toBe(spec?.['leaseTransitions']);
    expect((await client.get('/api/v1/namespaces/holdfast-system')).metadata.deletionTimestamp).toBeUndefined();
  });
});
