import { describe, expect, it } from '@jest/globals';

import { seconds } from './instant.js';
import { at, poolWanting } from './pools.fixtures.js';
import { poolsOf } from './pools-of.js';
import type { Build, Facts, PresetFacts, TemplateFacts, WorkspaceFacts } from './pools-of.js';

const template: TemplateFacts = { id: 'node', activeVersion: 'v2', deleted: false, deprecated: false, paused: false };
const preset: PresetFacts = { id: 'web', template: 'node', deleted: false, paused: false, settings: { instances: 2 } };

const workspace = (id: string, build: Build, changes: Partial<WorkspaceFacts> = {}): WorkspaceFacts => ({
  id,
  preset: 'web',
  version: 'v2',
  claimed: false,
  createdAt: at('09:00'),
  ready: true,
  build,
  ...changes,
});
const BUILT_AT = at('09:05');
const started: Build = { transition: 'start', progress: { status: 'succeeded', endedAt: BUILT_AT } };
const failed: Build = {
  transition: 'start',
  progress: { status: 'failed', endedAt: at('09:06'), message: 'npm ended with 1' },
};
const under = (transition: Build['transition'], status: 'pending' | 'running'): Build => ({
  transition,
  progress: { status },
});

const pools = (facts: Partial<Facts>) =>
  poolsOf({ paused: false, templates: [template], presets: [preset], workspaces: [], ...facts }, at('12:00'), {
    failureHardLimit: 3,
    probeCoolDown: seconds(600),
  });
const v2 = (changes: Parameters<typeof poolWanting>[1]) => poolWanting(2, { pool: 'web@v2', ...changes });

describe('the pools of a snapshot', () => {
  it('are there for every preset at its active version, also when they are empty', () => {
    expect(pools({})).toEqual([v2({})]);
  });

  it('hold what was built and nobody has claimed', () => {
    const warm = workspace('warm', started);
    const claimed = workspace('claimed', started, { claimed: true });
    expect(pools({ workspaces: [warm, claimed] })).toEqual([v2({ running: [warm], workedAt: BUILT_AT })]);
  });

  it('hold what was stopped apart, unless somebody has claimed it', () => {
    const stop: Build = { transition: 'stop', progress: { status: 'succeeded', endedAt: at('10:00') } };
    const stopped = workspace('stopped', stop, { ready: false });
    const mine = workspace('mine', stop, { claimed: true });
    expect(pools({ workspaces: [stopped, mine] })).toEqual([v2({ stopped: [stopped] })]);
  });

  it('count builds under way by what they do', () => {
    const workspaces = [
      workspace('a', under('start', 'pending')),
      workspace('b', under('start', 'running')),
      workspace('c', under('stop', 'running')),
      workspace('d', under('delete', 'pending')),
    ];
    expect(pools({ workspaces })).toEqual([v2({ inProgress: { start: 2, stop: 1, delete: 1 } })]);
  });

  it('of other versions are there until they are empty; what nobody has begun there waits to be cancelled', () => {
    const warm = workspace('warm', started, { version: 'v1' });
    const workspaces = [
      warm,
      workspace('waiting', under('start', 'pending'), { version: 'v1' }),
      workspace('begun', under('start', 'running'), { version: 'v1' }),
      workspace('claimed', started, { version: 'v0', claimed: true }),
    ];
    const [, old, ...others] = pools({ workspaces, templates: [{ ...template, previousVersion: 'v1' }] });
    expect(others).toEqual([]);
    expect(old).toEqual(
      poolWanting(2, {
        pool: 'web@v1',
        standing: { status: 'inactive', because: 'version-replaced' },
        running: [warm],
        inProgress: { start: 1, stop: 0, delete: 0 },
        pending: 1,
        workedAt: BUILT_AT,
      }),
    );
  });

  it('back off after failures, which are kept as evidence and hold no place', () => {
    expect(pools({ workspaces: [workspace('broken', failed)] })).toEqual([
      v2({ failures: { count: 1, lastAt: at('09:06'), last: { workspace: 'broken', message: 'npm ended with 1' } } }),
    ]);
  });

  it('are not held up by builds that failed for a claim, whatever parameters that had', () => {
    const workspaces = ['a', 'b', 'c'].map((id) => workspace(id, failed, { claimed: true, ready: false }));
    expect(pools({ workspaces })).toEqual([v2({})]);
  });

  it('take the word of claimed ones that building works', () => {
    const worked = workspace('claimed', started, { claimed: true, builtAt: at('09:07') });
    expect(pools({ workspaces: [workspace('broken', failed), worked] })).toEqual([v2({ workedAt: at('09:07') })]);
  });

  it('remember when a build worked, also when what it built is gone', () => {
    const presets = [{ ...preset, lastBuilt: new Map([['v2', at('09:07')]]) }];
    expect(pools({ presets, workspaces: [workspace('broken', failed)] })).toEqual([v2({ workedAt: at('09:07') })]);
  });

  it('know how long the newest took to be built, or else what was known before', () => {
    const built = (id: string, builtAt: string, changes = {}) =>
      workspace(id, started, { builtAt: at(builtAt), ...changes });
    const took = (workspaces: readonly WorkspaceFacts[], changes: Partial<PresetFacts> = {}) =>
      pools({ workspaces, presets: [{ ...preset, ...changes }] })[0]?.buildTook;
    const newest = built('newest', '09:03', { createdAt: at('09:01') });
    expect(took([built('older', '09:02'), newest])).toBe(seconds(120));
    expect(took([newest, built('mine', '09:30', { claimed: true })], { buildTook: seconds(7) })).toBe(seconds(120));
    expect(took([], { buildTook: seconds(7) })).toBe(seconds(7));
    expect(took([])).toBeUndefined();
  });

  it.each([
    [{ templates: [{ ...template, deleted: true }] }, { because: 'template-deleted' }],
    [{ templates: [{ ...template, deprecated: 'use go' }] }, { because: 'template-deprecated', told: 'use go' }],
    [{ presets: [{ ...preset, deleted: true }] }, { because: 'preset-deleted' }],
  ] as const)('are inactive: %j', (facts, standing) => {
    expect(pools(facts)).toEqual([v2({ standing: { status: 'inactive', ...standing } })]);
  });

  it.each([
    [{ paused: true, presets: [{ ...preset, paused: true }] }, 'system'],
    [{ templates: [{ ...template, paused: true }] }, 'template'],
    [{ presets: [{ ...preset, paused: true }] }, 'preset'],
  ] as const)('are paused: %j', (facts, pausedBy) => {
    expect(pools(facts)).toEqual([v2({ pausedBy })]);
  });
});
