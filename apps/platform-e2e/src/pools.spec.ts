import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { stringAt } from '@holdfast/kernel';
import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { judgeFences } from './fences.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';
import { holdfast } from './holdfast.fixtures.js';
import { holds } from './holds.fixtures.js';
import { readLog } from './log.fixtures.js';
import {
  changePrebuilds,
  conditionOf,
  countsOf,
  createPreset,
  createTemplate,
  createVersion,
  decisionOf,
  pools,
  workspacesOf,
} from './pools.fixtures.js';
import { StubBuilds } from './stub-builds.fixtures.js';

const LIMIT = 120_000;
const WITHIN = { withinMs: 30_000 };
const ENVIRONMENT = {
  HOLDFAST_PREBUILDS_BACKOFF_INTERVAL: '1s',
  HOLDFAST_PREBUILDS_HARD_LIMIT: '3',
  HOLDFAST_PREBUILDS_PROBE_COOL_DOWN: '1h',
};

describe('pools', () => {
  let test: TestStack;
  let client: GatewayClient;
  let builds: StubBuilds | undefined;
  let failing = new Set<string>();
  /** When the pool was at its largest. */
  let grown = new Date(0);
  /** When all were of the new version, which has been deleted since. */
  let surged = new Date(0);

  beforeAll(async () => {
    test = await startTestStack({ env: ENVIRONMENT });
    client = new GatewayClient(test.stack);
    await eventually(async () => (await client.send('GET', pools('workspaces'))).code === 200);
    builds = new StubBuilds(client, ({ spec }) =>
      failing.has(stringAt(spec, 'preset') ?? '') ? 'failed' : 'succeeded',
    );
    await createTemplate(client, 'web');
  }, LIMIT);
  afterAll(async () => {
    await builds?.close();
    await client?.close();
    await test?.close();
  });

  const hasCounts = (preset: string, expected: Readonly<Record<string, number>>): Promise<void> =>
    holds(async () => expect(await countsOf(client, preset)).toEqual(expected), WITHIN);
  /** Of the command line; what it printed. */
  const asked = async (...args: readonly [string, ...string[]]): Promise<string> => {
    const [command, ...rest] = args;
    const { code, text } = await holdfast(test, ['prebuilds', command], ...rest);
    expect([code, text]).toEqual([0, expect.any(String)]);
    return text;
  };
  const holdsFor = (preset: string, type: string, reason: string): Promise<void> =>
    holds(async () => expect((await conditionOf(client, preset, type))?.['reason']).toBe(reason), WITHIN);

  it('are filled, and say so', async () => {
    await createPreset(client, { name: 'small', template: 'web', prebuilds: { instances: 3 } });
    await hasCounts('small', { 'web-v1 Ready': 3 });
    await holds(async () => {
      const { status } = await client.get(`${pools('presets')}/small`);
      expect(status).toMatchObject({ running: 3, desired: 3, eligible: 3, starting: 0, expired: 0, failed: 0 });
    }, WITHIN);
    await holdsFor('small', 'Ready', 'Filled');
    expect(await decisionOf(client, 'small', 'web-v1')).toMatchObject({
      state: { actual: 3, eligible: 3 },
      actions: [],
    });
  });

  it('grow and shrink with what is wanted, and the oldest go', async () => {
    await client.mergePatch(`${pools('presets')}/small/scale`, { spec: { replicas: 5 } });
    await hasCounts('small', { 'web-v1 Ready': 5 });
    await holds(async () => {
      const { state, actions } = await decisionOf(client, 'small', 'web-v1');
      expect([state, actions]).toEqual([expect.objectContaining({ eligible: 5 }), []]);
    }, WITHIN);
    grown = new Date();
    await changePrebuilds(client, 'small', { instances: 1 });
    await hasCounts('small', { 'web-v1 Ready': 1 });
  });

  it.each([
    ['preset', (paused: boolean) => asked(paused ? 'pause' : 'resume', '--preset', 'small')],
    ['template', (paused: boolean) => client.mergePatch(`${pools('templates')}/web`, { spec: { paused } })],
    ['system', (paused: boolean) => asked(paused ? 'pause' : 'resume')],
  ])('rest while the %s is paused, and go on after that', async (by, pause) => {
    await pause(true);
    await holdsFor(
      'small',
      'Paused',
      { preset: 'PresetPaused', template: 'TemplatePaused', system: 'SystemPaused' }[by] ?? '',
    );
    await changePrebuilds(client, 'small', { instances: 2 });
    await holds(async () => {
      const { status } = await client.get(`${pools('presets')}/small`);
      expect(status).toMatchObject({ desired: 2, running: 1 });
    }, WITHIN);
    await pause(false);
    await hasCounts('small', { 'web-v1 Ready': 2 });
    await changePrebuilds(client, 'small', { instances: 1 });
    await hasCounts('small', { 'web-v1 Ready': 1 });
  });

  it('are built again when they are invalidated, and when they are older than their ttl', async () => {
    const [before] = await workspacesOf(client, 'small');
    await asked('invalidate', '--preset', 'small');
    await holds(async () => {
      const names = (await workspacesOf(client, 'small')).map(({ metadata }) => metadata.name);
      expect([names.length, names.includes(before?.metadata.name ?? '')]).toEqual([1, false]);
    }, WITHIN);
    await hasCounts('small', { 'web-v1 Ready': 1 });
    await changePrebuilds(client, 'small', { ttlSeconds: 3 });
    const [young] = await workspacesOf(client, 'small');
    await holds(async () => {
      const names = (await workspacesOf(client, 'small')).map(({ metadata }) => metadata.name);
      expect(names).not.toContain(young?.metadata.name);
    }, WITHIN);
    await changePrebuilds(client, 'small', { ttlSeconds: null });
    await hasCounts('small', { 'web-v1 Ready': 1 });
  });

  it(
    'of another version are emptied at once where nothing else is asked for, and bit by bit in a surge',
    async () => {
      const surge = { instances: 4, replacement: { strategy: 'Surge', maxSurge: 1 } };
      await createPreset(client, { name: 'surging', template: 'web', prebuilds: surge });
      await hasCounts('surging', { 'web-v1 Ready': 4 });
      await createVersion(client, 'web', 'web-v2');
      await client.mergePatch(`${pools('templates')}/web`, { spec: { activeVersion: 'web-v2' } });
      await hasCounts('small', { 'web-v2 Ready': 1 });
      await hasCounts('surging', { 'web-v2 Ready': 4 });
      surged = new Date();
      const { least, most } = await extremesOf(test, 'surging', 4);
      expect([least, most]).toEqual([4, 5]);
      await holds(async () => {
        const { status } = await client.get(`${pools('templates')}/web`);
        expect(status).toMatchObject({ activeVersion: 'web-v2', previousVersion: 'web-v1' });
      }, WITHIN);
    },
    LIMIT,
  );

  it(
    'whose builds fail wait longer each time and stop, until somebody asks for another try',
    async () => {
      failing = new Set(['broken']);
      await createPreset(client, { name: 'broken', template: 'web', prebuilds: { instances: 1 } });
      await holdsFor('broken', 'HardLimited', 'TooManyFailures');
      expect(await countsOf(client, 'broken')).toEqual({ 'web-v2 Failed': 3 });
      await holds(async () => {
        const events = (await client.list('/api/v1/namespaces/default/events')).items as readonly object[];
        expect(events).toContainEqual(
          expect.objectContaining({
            reason: 'HardLimited',
            type: 'Warning',
            involvedObject: expect.objectContaining({ name: 'broken' }),
          }),
        );
      }, WITHIN);
      failing = new Set();
      await asked('retry', 'broken');
      await hasCounts('broken', { 'web-v2 Failed': 3, 'web-v2 Ready': 1 });
      await holdsFor('broken', 'HardLimited', 'BuildsWork');
      const cleaned = JSON.parse(await asked('clean-up', '--preset', 'broken', '-o', 'json')) as { deleted: string[] };
      expect(cleaned).toEqual({ preset: 'broken', deleted: expect.any(Array) });
      expect(cleaned.deleted).toHaveLength(3);
      const { code, text } = await holdfast(test, ['prebuilds', 'clean-up'], '--preset', 'nobodys');
      expect([code, text]).toEqual([1, expect.stringContaining('"nobodys" not found')]);
      await hasCounts('broken', { 'web-v2 Ready': 1 });
    },
    LIMIT,
  );

  it(
    'of a preset that is deleted are emptied, and a template that is deleted waits for its pools',
    async () => {
      await client.delete(`${pools('presets')}/surging`);
      await hasCounts('surging', {});
      await client.delete(`${pools('templates')}/web`);
      await holds(async () => expect((await client.send('GET', `${pools('templates')}/web`)).code).toBe(404), WITHIN);
      expect((await client.list(pools('workspaces'))).items).toEqual([]);
      await client.delete(`${pools('templateversions')}/web-v2`);
      await holds(
        async () => expect((await client.send('GET', `${pools('templateversions')}/web-v2`)).code).toBe(404),
        WITHIN,
      );
    },
    LIMIT,
  );

  it('are explained, as they are and as they were', async () => {
    const versions = async (preset: string, ...args: readonly string[]): Promise<readonly string[]> => {
      const answer = JSON.parse(await asked('why', preset, '-o', 'json', ...args)) as {
        decisions: readonly { version: string; state: { desired: number } }[];
      };
      return answer.decisions.map(({ version, state }) => `${version}: ${state.desired}`).sort();
    };
    expect(await versions('small', '--at', grown.toISOString())).toEqual(['web-v1: 5']);
    expect(await versions('surging', '--at', surged.toISOString())).toContain('web-v2: 4');
    expect(await asked('why', 'small', '--at', grown.toISOString())).toMatch(/web-v1 +5 +5 +5 .*nothing to do/);
    const { code, text } = await holdfast(test, ['prebuilds', 'why'], 'small', '--at', '2020-01-01T00:00:00Z');
    expect([code, text]).toEqual([1, expect.stringContaining('nothing was decided about a preset "small"')]);
  });

  it('are explained after their preset was deleted, by what was decided last', async () => {
    expect(await asked('why', 'surging')).toMatch(
      /^web-v2 +0 [^]*its preset is deleted[^]*^preset surging was deleted at 20\S+Z; above is what was decided last$/m,
    );
  });

  it('are written by nobody but the leader, in the name of its run', async () => {
    const { accepted, faults } = judgeFences(await readLog(test));
    expect(faults).toEqual([]);
    expect(accepted.length).toBeGreaterThan(0);
  });
});

/** How many ready instances a preset had, at least and at most, once it had that many. */
const extremesOf = async (
  test: TestStack,
  preset: string,
  from: number,
): Promise<{ readonly least: number; readonly most: number }> => {
  const ready = new Set<string>();
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const { events } of await readLog(test)) {
    for (const { record, object } of events) {
      if (record.resource !== 'workspaces') continue;
      const workspace = JSON.parse(object.toString()) as {
        metadata: { deletionTimestamp?: string };
        spec: { preset?: string };
        status?: { phase?: string };
      };
      if (workspace.spec.preset !== preset) continue;
      const isReady = workspace.status?.phase === 'Ready' && workspace.metadata.deletionTimestamp === undefined;
      if (isReady && record.type !== 'deleted') ready.add(record.name);
      else ready.delete(record.name);
      most = Math.max(most, ready.size);
      if (most >= from) least = Math.min(least, ready.size);
    }
  }
  return { least, most };
};
