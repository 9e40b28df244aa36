/** How soon keys are served again, on a machine that has nothing else to do. */
import { afterAll, beforeAll, describe, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import { RackChurn } from './rack-churn.fixtures.js';
import { declareKinds } from './racks.fixtures.js';
import { holdings, instanceOf, isSharedBy, PARTITIONS } from './replicas.fixtures.js';

const PROMISED = { withinMs: 10_000 };
const LIMIT = 120_000;
const DEATHS = 5;

describe('within 10 seconds, while racks come and go', () => {
  let test: TestStack;
  let client: GatewayClient;
  let churn: RackChurn | undefined;

  beforeAll(async () => {
    test = await startTestStack({ instances: { reconciler: 3 } });
    client = new GatewayClient(test.stack);
    await declareKinds(client);
    churn = await RackChurn.start(client);
  }, LIMIT);
  afterAll(async () => {
    await churn?.stop().catch(() => undefined);
    await client?.close();
    await test?.close();
  });

  const isServedByOthers = async (gone: string): Promise<boolean> => {
    const held = await holdings(client);
    const count = [...held.values()].reduce((sum, each) => sum + each, 0);
    return !held.has(gone) && !held.has('') && count === PARTITIONS;
  };

  it(
    'of kill -9 of a replica, others serve its keys',
    async () => {
      for (let death = 0; death < DEATHS; death++) {
        await eventually(() => isSharedBy(test, client, 3), { withinMs: 60_000 });
        const gone = await instanceOf(test, 'reconciler-2');
        process.kill(test.pid('reconciler-2'), 'SIGKILL');
        await eventually(() => isServedByOthers(gone), PROMISED);
      }
    },
    LIMIT,
  );

  it(
    'of joining, a replica holds its share, and everybody else theirs',
    async () => {
      await eventually(() => isSharedBy(test, client, 3), { withinMs: 60_000 });
      const pid = test.pid('reconciler-3');
      const gone = await instanceOf(test, 'reconciler-3');
      process.kill(pid, 'SIGSTOP');
      try {
        await eventually(() => isServedByOthers(gone), PROMISED);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await eventually(() => isSharedBy(test, client, 3), PROMISED);
    },
    LIMIT,
  );
});
