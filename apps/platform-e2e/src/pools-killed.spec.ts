import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { judgeFences } from './fences.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';
import { holds } from './holds.fixtures.js';
import { readLog } from './log.fixtures.js';
import { changePrebuilds, countsOf, createPreset, createTemplate, pools } from './pools.fixtures.js';
import { ORCHESTRATOR, ServiceProcess } from './service-process.fixtures.js';
import { StubBuilds } from './stub-builds.fixtures.js';

const LIMIT = 120_000;
const WITHIN = { withinMs: 30_000 };
const INSTANCES = 4;
/** Of a leader: the first fills the pool, some say what is so then, the later ones empty it. */
const WRITES = [1, 2, 3, 4, 6];

describe('an orchestrator that leads', () => {
  let test: TestStack;
  let client: GatewayClient;
  let builds: StubBuilds | undefined;
  let running: ServiceProcess[] = [];

  beforeAll(async () => {
    test = await startTestStack({ instances: { 'prebuild-orchestrator': 0 } });
    client = new GatewayClient(test.stack);
    await start();
    await eventually(async () => (await client.send('GET', pools('workspaces'))).code === 200);
    builds = new StubBuilds(client, () => 'succeeded');
    await createTemplate(client, 'web');
    // What the template itself needs is written before the writes of a pool are counted.
    await holds(async () => {
      const { status, metadata } = await client.get(`${pools('templates')}/web`);
      expect([status?.['activeVersion'], metadata.finalizers?.length]).toEqual(['web-v1', 1]);
    }, WITHIN);
    await stopAll();
  }, LIMIT);
  afterEach(stopAll, LIMIT);
  afterAll(async () => {
    await stopAll();
    await builds?.close();
    await client?.close();
    await test?.close();
  });

  async function start(env: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    const process = await ServiceProcess.start(test, env, ORCHESTRATOR);
    running.push(process);
    await process.ready();
    return process;
  }
  async function stopAll(): Promise<void> {
    const all = running;
    running = [];
    await Promise.all(all.filter(({ isGone }) => !isGone).map((process) => process.kill9()));
  }
  const readyOf = async (preset: string): Promise<number> => (await countsOf(client, preset))['web-v1 Ready'] ?? 0;
  const isFilled = (preset: string, instances: number): Promise<void> =>
    holds(async () => {
      expect(await countsOf(client, preset)).toEqual(instances === 0 ? {} : { 'web-v1 Ready': instances });
    }, WITHIN);

  it.each(WRITES)(
    'and dies after its write %i: its successor creates what is missing, deletes what is too much, and no more',
    async (write) => {
      const preset = `killed-${write}`;
      const leader = await start({ HOLDFAST_FAULT: `after-write:${write}` });
      await createPreset(client, { name: preset, template: 'web', prebuilds: { instances: INSTANCES } });
      await eventually(async () => leader.isGone || (await readyOf(preset)) === INSTANCES, WITHIN);
      const diedFilling = leader.isGone;
      if (diedFilling) await start();
      await isFilled(preset, INSTANCES);
      await changePrebuilds(client, preset, { instances: 1 });
      expect(await leader.ended()).toBe('SIGKILL');
      if (!diedFilling) await start();
      await isFilled(preset, 1);
      expect(await changesOf(test, preset)).toEqual({ created: INSTANCES, deleted: INSTANCES - 1 });
    },
    LIMIT,
  );

  it(
    'and is stopped in its tracks while another takes over: what it wakes up with it cannot write',
    async () => {
      const sleeper = await start();
      const other = await start();
      await createPreset(client, { name: 'handed-over', template: 'web', prebuilds: { instances: 2 } });
      await isFilled('handed-over', 2);
      sleeper.pause();
      await changePrebuilds(client, 'handed-over', { instances: 5 });
      await isFilled('handed-over', 5);
      sleeper.resume();
      await changePrebuilds(client, 'handed-over', { instances: 3 });
      await isFilled('handed-over', 3);
      await other.stop();
      await changePrebuilds(client, 'handed-over', { instances: 4 });
      await isFilled('handed-over', 4);
      expect(await changesOf(test, 'handed-over')).toEqual({ created: 6, deleted: 2 });
      const { accepted, faults } = judgeFences(await readLog(test));
      expect(faults).toEqual([]);
      expect(new Set(accepted.map(({ lock }) => lock))).toContain(
        'coordination.k8s.io/leases/holdfast-system/prebuild-orchestrator',
      );
    },
    LIMIT,
  );
});

/** How many workspaces of a preset were ever created, and for how many deletion was asked. */
const changesOf = async (
  test: TestStack,
  preset: string,
): Promise<{ readonly created: number; readonly deleted: number }> => {
  const [created, deleted] = [new Set<string>(), new Set<string>()];
  for (const { record, object } of (await readLog(test)).flatMap(({ events }) => events)) {
    if (record.resource !== 'workspaces') continue;
    const { metadata, spec } = JSON.parse(object.toString()) as {
      metadata: { uid: string; deletionTimestamp?: string };
      spec: { preset?: string };
    };
    if (spec.preset !== preset) continue;
    created.add(metadata.uid);
    if (metadata.deletionTimestamp !== undefined || record.type === 'deleted') deleted.add(metadata.uid);
  }
  return { created: created.size, deleted: deleted.size };
};
