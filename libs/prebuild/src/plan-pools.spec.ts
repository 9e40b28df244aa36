import { describe, expect, it } from '@jest/globals';

import { seconds } from './instant.js';
import type { PoolAction } from './plan-pool.js';
import { planPools } from './plan-pools.js';
import type { PoolSnapshot } from './pool-snapshot.js';
import { at, notReady, poolWanting, ready } from './pools.fixtures.js';

const unlimited = { perTemplate: 1_000, system: 1_000 };
const plan = (pools: readonly PoolSnapshot[], budgets = unlimited) =>
  planPools(pools, at('12:00'), { backOffInterval: seconds(60), budgets });
const actions = (pools: readonly PoolSnapshot[], budgets = unlimited): Record<string, readonly PoolAction[]> =>
  Object.fromEntries(plan(pools, budgets).map((one) => [one.pool, one.actions]));

const INACTIVE = { status: 'inactive', because: 'version-not-active' } as const;

describe('one pool', () => {
  it('loses those that nobody could claim yet before the oldest', () => {
    const running = [ready('old', at('09:00')), ready('new', at('11:00')), notReady('building', at('11:30'))];
    expect(actions([poolWanting(1, { running })])).toEqual({
      'web@v1': [{ kind: 'delete', ids: ['building', 'old'] }],
    });
  });

  it('loses what was built before it was invalidated', () => {
    const running = [ready('before', at('10:59')), ready('after', at('11:00'))];
    expect(actions([poolWanting(2, { running, invalidatedAt: at('11:00') })])).toEqual({
      'web@v1': [
        { kind: 'delete', ids: ['before'] },
        { kind: 'create', count: 1 },
      ],
    });
  });

  it('is emptied oldest first, expired or not, when it is inactive', () => {
    const running = [ready('young', at('11:59')), ready('old', at('09:00'))];
    const pool = poolWanting(
      { instances: 2, ttl: seconds(3_600) },
      { running, pending: 2, standing: { status: 'inactive', because: 'template-deprecated' } },
    );
    expect(actions([pool])).toEqual({
      'web@v1': [{ kind: 'cancel-pending' }, { kind: 'delete', ids: ['old', 'young'] }],
    });
  });

  it.each<[string, Partial<PoolSnapshot>, readonly PoolAction[]]>([
    ['active', {}, [{ kind: 'delete', ids: ['stopped'] }]],
    ['emptied', { standing: INACTIVE }, [{ kind: 'delete', ids: ['old', 'stopped', 'young'] }]],
    ['paused', { pausedBy: 'preset' }, []],
  ])('that is %s: what was stopped counts for nothing, and goes when anything may', (_how, changes, expected) => {
    const running = [ready('young', at('11:00')), ready('old', at('09:00'))];
    const pool = poolWanting(2, { running, stopped: [{ id: 'stopped', createdAt: at('10:00') }], ...changes });
    expect(actions([pool])).toEqual({ 'web@v1': expected });
  });

  it('is left alone while it is paused', () => {
    const [paused] = plan([poolWanting(0, { running: [ready('a', at('09:00'))], pausedBy: 'template' })]);
    expect(paused?.actions).toEqual([]);
    expect(paused?.reasons).toEqual([{ kind: 'paused', by: 'template' }]);
  });

  it('whose version does not take the parameters builds nothing, and still deletes what is too much', () => {
    const unfit = ['spec.parameters.size: Required value: a string'];
    const [waiting] = plan([poolWanting(2, { unfit, running: [] })]);
    expect(waiting?.actions).toEqual([]);
    expect(waiting?.reasons).toEqual([{ kind: 'parameters-unfit', problems: unfit }]);
    const running = [ready('old', at('09:00')), ready('new', at('11:00'))];
    expect(actions([poolWanting(1, { unfit, running })])).toEqual({ 'web@v1': [{ kind: 'delete', ids: ['old'] }] });
  });

  it('that is hard-limited tries one build when it may, and never two at once', () => {
    expect(actions([poolWanting(3, { hardLimit: 'limited' })])).toEqual({ 'web@v1': [] });
    expect(actions([poolWanting(3, { hardLimit: 'probe' })])).toEqual({ 'web@v1': [{ kind: 'create', count: 1 }] });
    const probing = poolWanting(3, { hardLimit: 'probe', inProgress: { start: 1, stop: 0, delete: 0 } });
    expect(actions([probing])).toEqual({ 'web@v1': [] });
  });

  it('stays within min and max, also where a schedule or an expression asks for more', () => {
    const wanted = (demandExpression: string, bounds = {}) =>
      plan([poolWanting({ instances: 2, demandExpression, ...bounds })])[0]?.target;
    expect(wanted('50', { max: 7 })).toEqual({ desired: 7, source: 'demand' });
    expect(wanted('0', { min: 1 })).toEqual({ desired: 1, source: 'demand' });
    expect(wanted('5000')).toEqual({ desired: 100, source: 'demand' });
  });

  it('follows its schedules when its demand expression fails, and says so', () => {
    const [fallen] = plan([poolWanting({ instances: 2, demandExpression: 'scheduled / 0' })]);
    expect(fallen?.target).toEqual({ desired: 2, source: 'instances' });
    expect(fallen?.reasons).toEqual([
      { kind: 'demand-fell-back', problem: expect.stringMatching(/zero/i), instances: 2 },
    ]);
  });
});

describe('after failures', () => {
  const failures = { count: 2, lastAt: at('11:59') };
  const wait: PoolAction = { kind: 'back-off', until: at('12:01') };

  it('a pool says until when it waits, also when it lacks nothing', () => {
    expect(actions([poolWanting(2, { failures })])).toEqual({ 'web@v1': [wait] });
    expect(actions([poolWanting(0, { failures })])).toEqual({ 'web@v1': [wait] });
    expect(actions([poolWanting(2, { failures, hardLimit: 'limited' })])).toEqual({ 'web@v1': [wait] });
  });

  it('deletes go on, of a pool that is emptied, too', () => {
    const running = [ready('a', at('10:00')), ready('b', at('11:00'))];
    expect(actions([poolWanting(1, { running, failures })])).toEqual({
      'web@v1': [{ kind: 'delete', ids: ['a'] }, wait],
    });
    const emptied = poolWanting(1, {
      running,
      failures,
      pending: 1,
      standing: { status: 'inactive', because: 'template-deleted' },
    });
    expect(actions([emptied])).toEqual({
      'web@v1': [{ kind: 'cancel-pending' }, { kind: 'delete', ids: ['a', 'b'] }, wait],
    });
  });
});

describe('budgets', () => {
  it('count what is starting in pools whose plans stand', () => {
    const others = [{ template: 'node', inProgress: { start: 3, stop: 0, delete: 0 } }];
    const config = { backOffInterval: seconds(60), budgets: { perTemplate: 5, system: 1_000 } };
    const [one] = planPools([poolWanting(9)], at('12:00'), config, others);
    expect(one?.actions).toEqual([{ kind: 'create', count: 2 }]);
  });

  const starting = { start: 1, stop: 0, delete: 0 };

  it('of a preset hold for what is starting already, too', () => {
    const [held] = plan([poolWanting({ instances: 5, maxConcurrentCreations: 3 }, { inProgress: starting })]);
    expect(held?.actions).toEqual([{ kind: 'create', count: 2 }]);
    expect(held?.reasons).toEqual([{ kind: 'held-back', count: 2, by: { of: 'preset', most: 3 } }]);
  });

  it('of the system are shared one each in turn, the emptiest pools first', () => {
    const full = poolWanting(3, { pool: 'a', preset: 'a', running: [ready('x', at('11:00'))] });
    const empty = poolWanting(3, { pool: 'b', preset: 'b' });
    expect(actions([full, empty], { perTemplate: 9, system: 3 })).toEqual({
      a: [{ kind: 'create', count: 1 }],
      b: [{ kind: 'create', count: 2 }],
    });
  });

  it('of one template do not hold up another', () => {
    const pools = [
      poolWanting(5, { pool: 'a', preset: 'a', template: 'node', inProgress: starting }),
      poolWanting(5, { pool: 'b', preset: 'b', template: 'go' }),
    ];
    const [node, go] = plan(pools, { perTemplate: 2, system: 9 });
    expect(node?.actions).toEqual([{ kind: 'create', count: 1 }]);
    expect(node?.reasons).toEqual([{ kind: 'held-back', count: 3, by: { of: 'template', most: 2 } }]);
    expect(go?.actions).toEqual([{ kind: 'create', count: 2 }]);
  });
});

describe('a new version', () => {
  const old = ['a', 'b', 'c'].map((id, i) => ready(id, at(`0${i + 7}:00`)));
  const versions = (strategy: 'Immediate' | 'Surge', fresh: Partial<PoolSnapshot>, kept = old): PoolSnapshot[] => {
    const replacement = strategy === 'Surge' ? { strategy, maxSurge: 1 } : { strategy };
    const settings = { instances: 3, replacement };
    return [
      poolWanting(settings, { running: kept, standing: { status: 'inactive', because: 'version-replaced' } }),
      poolWanting(settings, { pool: 'web@v2', ...fresh }),
    ];
  };

  it('replaces the previous one at once when nothing else is asked for', () => {
    expect(actions(versions('Immediate', {}))).toEqual({
      'web@v1': [{ kind: 'delete', ids: ['a', 'b', 'c'] }],
      'web@v2': [{ kind: 'create', count: 3 }],
    });
  });

  it('begins a surge with as many as may be above what is desired, and deletes nothing', () => {
    expect(actions(versions('Surge', {}))).toEqual({ 'web@v1': [], 'web@v2': [{ kind: 'create', count: 1 }] });
  });

  it('waits while the new ones are not ready', () => {
    expect(actions(versions('Surge', { running: [notReady('n', at('11:00'))] }))).toEqual({
      'web@v1': [],
      'web@v2': [],
    });
  });

  it('takes the place of one old one with each that is ready', () => {
    expect(actions(versions('Surge', { running: [ready('n', at('11:00'))] }))).toEqual({
      'web@v1': [{ kind: 'delete', ids: ['a'] }],
      'web@v2': [],
    });
    expect(actions(versions('Surge', { running: [ready('n', at('11:00'))] }, old.slice(1)))).toEqual({
      'web@v1': [],
      'web@v2': [{ kind: 'create', count: 1 }],
    });
  });

  it('leaves nothing of the previous one when it is complete', () => {
    const running = ['n', 'o', 'p'].map((id) => ready(id, at('11:00')));
    const [previous] = plan(versions('Surge', { running }, old.slice(2)));
    expect(previous?.actions).toEqual([{ kind: 'delete', ids: ['c'] }]);
    expect(previous?.reasons).toEqual([{ kind: 'inactive', because: 'version-replaced' }]);
  });

  it('that does not take the parameters leaves the previous one as it is while a surge is asked for', () => {
    expect(actions(versions('Surge', { unfit: ['spec.parameters.size: Required value'] }))).toEqual({
      'web@v1': [],
      'web@v2': [],
    });
  });

  it('that is replaced before it was complete leaves those of the one before as they are', () => {
    const settings = { instances: 3, replacement: { strategy: 'Surge', maxSurge: 1 } } as const;
    const oldest = poolWanting(settings, { pool: 'web@v0', running: old, standing: INACTIVE });
    const [previous, active] = versions('Surge', {}, []);
    const replaced = (running: PoolSnapshot['running']) =>
      plan([oldest, { ...previous, running } as PoolSnapshot, active as PoolSnapshot]);
    expect(replaced([]).map((one) => one.actions)).toEqual([[], [], [{ kind: 'create', count: 1 }]]);
    // Of what can be claimed the newest version's stays, and what nobody can claim yet is the first to go.
    expect(replaced([ready('n', at('11:00'))]).map((one) => one.actions)).toEqual([
      [{ kind: 'delete', ids: ['a'] }],
      [],
      [],
    ]);
    expect(replaced([notReady('n', at('11:00'))]).map((one) => one.actions)).toEqual([
      [],
      [{ kind: 'delete', ids: ['n'] }],
      [],
    ]);
  });

  it('never fills the previous one again when people claim what it has', () => {
    expect(actions(versions('Surge', {}, old.slice(2)))['web@v1']).toEqual([]);
  });
});
