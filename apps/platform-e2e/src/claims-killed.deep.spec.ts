import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { claimWithKey, expectOneEach, numbered, readyPool } from './claims.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';

const LIMIT = 600_000;
const CLIENTS = 32;
const VICTIMS = [
  'prebuild-orchestrator',
  'prebuild-orchestrator-2',
  'resource-store',
  'resource-store-2',
  'nats-server',
];
/** Between two kills, and until a claim was served: on a slow machine nothing would ever come up else. */
const PAUSE_MS = 3_000;
const SERVED_WITHIN = { withinMs: 90_000 };

/** A process that is just being started again cannot be killed now. */
const kill9 = (test: TestStack, name: string): void => {
  try {
    process.kill(test.pid(name), 'SIGKILL');
  } catch {
    // The next one can.
  }
};

describe('a thousand claims on five hundred ready workspaces', () => {
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
    'give five hundred different ones and five hundred others, while everything between is killed again and again',
    async () => {
      const pool = await readyPool(client, 'crowd', 500);
      const results: Awaited<ReturnType<typeof claimWithKey>>[] = [];
      let done = false;
      const killing = (async () => {
        for (let i = 0; !done; i++) {
          const served = results.length;
          kill9(test, VICTIMS[i % VICTIMS.length] as string);
          await delay(PAUSE_MS);
          await eventually(() => done || results.length > served, SERVED_WITHIN);
        }
      })();
      const keys = [...numbered(1_000, 'crowd')];
      const claimOn = async (): Promise<void> => {
        for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
          results.push(await claimWithKey(client, 'crowd', key));
          // So that there is somebody on the way at every kill.
          await delay(PAUSE_MS / 5);
        }
      };
      try {
        await Promise.all(Array.from({ length: CLIENTS }, claimOn));
      } finally {
        done = true;
        await killing;
      }
      await expectOneEach(test, pool, results);
    },
    LIMIT,
  );
});
