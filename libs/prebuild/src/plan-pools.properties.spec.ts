import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { seconds } from './instant.js';
import type { PoolPlan } from './plan-pool.js';
import { planPools } from './plan-pools.js';
import { agesOf } from './pool-state.js';
import { poolsOf } from './pools-of.js';
import type { Build, Facts, PresetFacts, TemplateFacts, WorkspaceFacts } from './pools-of.js';
import type { PoolSettings, PoolSnapshot } from './pool-snapshot.js';
import { at } from './pools.fixtures.js';

const NOW = at('12:00');
const POLICY = { failureHardLimit: 3, probeCoolDown: seconds(600) };
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
/** Leaves out what is undefined, as documents do. */
const compact = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;

/** Ten minutes apart, so that many are of the same age. */
const anInstant = fc.integer({ min: -12, max: 0 }).map((age) => NOW + seconds(age * 600));
const aVersion = fc.constantFrom('v1', 'v2', 'v3');
const aTemplate = (id: string): fc.Arbitrary<TemplateFacts> =>
  fc.record({
    id: fc.constant(id),
    activeVersion: aVersion,
    previousVersion: aVersion,
    deleted: often(false),
    deprecated: often(false).map((is) => is && 'use go'),
    paused: often(false),
  });
const often = (value: boolean): fc.Arbitrary<boolean> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: fc.constant(!value) });

const someSettings: fc.Arbitrary<PoolSettings> = fc
  .record({
    instances: fc.nat(6),
    max: maybe(fc.integer({ min: 2, max: 5 })),
    ttl: maybe(fc.constant(seconds(3_600))),
    scheduling: maybe(
      fc.constantFrom(
        { timezone: 'UTC', schedules: [{ cron: '* 9-18 * * 1-5', instances: 4 }] },
        { timezone: 'Nowhere', schedules: [{ cron: '* * * * *', instances: 9 }] },
      ),
    ),
    demandExpression: maybe(fc.constantFrom('scheduled + running', 'running - 2', 'nonsense')),
    maxConcurrentCreations: maybe(fc.integer({ min: 1, max: 3 })),
    replacement: maybe(fc.integer({ min: 1, max: 3 }).map((maxSurge) => ({ strategy: 'Surge', maxSurge }) as const)),
  })
  .map((settings) => compact(settings) as PoolSettings);
const aPreset = (id: string): fc.Arbitrary<PresetFacts> =>
  fc
    .record({
      id: fc.constant(id),
      template: fc.constantFrom('node', 'go'),
      deleted: often(false),
      paused: often(false),
      settings: someSettings,
      invalidatedAt: maybe(anInstant),
    })
    .map((preset) => compact(preset) as PresetFacts);
const aBuild: fc.Arbitrary<Build> = fc.oneof(
  fc.record({
    transition: fc.constantFrom('start' as const, 'start' as const, 'stop' as const),
    progress: fc.record({ status: fc.constant('succeeded' as const), endedAt: anInstant }),
  }),
  fc.record({
    transition: fc.constantFrom('start' as const, 'stop' as const, 'delete' as const),
    progress: fc.oneof(
      fc.record({ status: fc.constantFrom('pending' as const, 'running' as const) }),
      fc.record({ status: fc.constant('cancelled' as const), endedAt: anInstant }),
      fc.record({ status: fc.constant('failed' as const), endedAt: anInstant, message: fc.constant('it failed') }),
    ),
  }),
);
const someWorkspaces: fc.Arbitrary<WorkspaceFacts[]> = fc
  .array(
    fc.record({
      preset: fc.constantFrom('p1', 'p2', 'p3'),
      version: aVersion,
      claimed: often(false),
      createdAt: anInstant,
      ready: fc.boolean(),
      build: aBuild,
    }),
    { maxLength: 30 },
  )
  .map((workspaces) => workspaces.map((workspace, i) => ({ id: `w${i}`, ...workspace })));
const someFacts: fc.Arbitrary<Facts> = fc.record({
  paused: often(false),
  templates: fc.tuple(aTemplate('node'), aTemplate('go')),
  presets: fc.tuple(aPreset('p1'), aPreset('p2'), aPreset('p3')),
  workspaces: someWorkspaces,
});
const someBudgets = fc.record({ perTemplate: fc.nat(8), system: fc.nat(12) });
const plenty = { perTemplate: 1_000, system: 1_000 };

const decide = (facts: Facts, budgets = plenty) => {
  const pools = poolsOf(facts, NOW, POLICY);
  return { pools, plans: planPools(pools, NOW, { backOffInterval: seconds(60), budgets }) };
};
const deletedBy = ({ actions }: PoolPlan): readonly string[] =>
  actions.flatMap((action) => (action.kind === 'delete' ? action.ids : []));
const createdBy = ({ actions }: PoolPlan): number =>
  actions.reduce((sum, action) => sum + (action.kind === 'create' ? action.count : 0), 0);
const sumOf = <T>(items: readonly T[], valueOf: (item: T) => number): number =>
  items.reduce((sum, item) => sum + valueOf(item), 0);
const together = ({ pools, plans }: ReturnType<typeof decide>): readonly (readonly [PoolSnapshot, PoolPlan])[] =>
  pools.map((pool, i) => [pool, plans[i] as PoolPlan] as const);

/** What the world is like when everything was carried out and everything that was begun has ended well. */
const carriedOut = (facts: Facts, decided: ReturnType<typeof decide>): Facts => {
  const gone = new Set(decided.plans.flatMap(deletedBy));
  const cancelled = new Set(
    decided.plans
      .filter(({ actions }) => actions.some(({ kind }) => kind === 'cancel-pending'))
      .map(({ pool }) => pool),
  );
  const isCancelled = ({ preset, version, build, claimed }: WorkspaceFacts): boolean =>
    !claimed &&
    cancelled.has(`${preset}@${version}`) &&
    build.transition === 'start' &&
    build.progress.status === 'pending';
  const created = together(decided).flatMap(([{ preset, pool }, plan]) =>
    Array.from({ length: createdBy(plan) }, (_, i): WorkspaceFacts => ({
      id: `${pool}-${i}`,
      preset,
      version: pool.slice(preset.length + 1),
      claimed: false,
      createdAt: NOW,
      ready: false,
      build: { transition: 'start', progress: { status: 'running' } },
    })),
  );
  const kept = facts.workspaces.filter((workspace) => !gone.has(workspace.id) && !isCancelled(workspace));
  return { ...facts, workspaces: [...kept, ...created] };
};

describe('plans for any pools', () => {
  it('delete nothing that is claimed, nothing that neither runs nor was stopped, and nothing twice', () => {
    fc.assert(
      fc.property(someFacts, someBudgets, (facts, budgets) => {
        const deleted = decide(facts, budgets).plans.flatMap(deletedBy);
        const free = facts.workspaces
          .filter(
            ({ claimed, build }) => !claimed && build.transition !== 'delete' && build.progress.status === 'succeeded',
          )
          .map(({ id }) => id);
        expect(new Set(deleted).size).toBe(deleted.length);
        expect(free).toEqual(expect.arrayContaining([...deleted]));
      }),
    );
  });

  it('leave nothing that was stopped, but where it is paused', () => {
    fc.assert(
      fc.property(someFacts, (facts) => {
        for (const [pool, plan] of together(decide(facts))) {
          const expected = pool.pausedBy === undefined ? pool.stopped.map(({ id }) => id) : [];
          expect(deletedBy(plan)).toEqual(expect.arrayContaining(expected));
        }
      }),
    );
  });

  it('delete before they create, and create nothing while they back off', () => {
    fc.assert(
      fc.property(someFacts, (facts) => {
        for (const { actions } of decide(facts).plans) {
          const kinds = actions.map(({ kind }) => kind);
          const order = ['cancel-pending', 'delete', 'create', 'back-off'];
          expect(kinds).toEqual([...kinds].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
          expect(kinds.includes('create') && kinds.includes('back-off')).toBe(false);
        }
      }),
    );
  });

  it('leave an active pool with no more than is desired, and create no more than is missing', () => {
    fc.assert(
      fc.property(someFacts, (facts) => {
        for (const [pool, plan] of together(decide(facts))) {
          if (pool.standing.status !== 'active' || pool.pausedBy !== undefined) continue;
          const left = pool.running.length - (deletedBy(plan).length - pool.stopped.length);
          expect(left).toBeLessThanOrEqual(plan.state.desired);
          expect(createdBy(plan)).toBeLessThanOrEqual(Math.max(plan.state.desired - left - plan.state.starting, 0));
          // Only what expired is deleted below what is desired.
          expect(left).toBe(Math.min(plan.state.actual - plan.state.expired, plan.state.desired));
        }
      }),
    );
  });

  it('have nothing left to do once they are carried out', () => {
    fc.assert(
      fc.property(someFacts, (facts) => {
        const decided = decide(facts);
        const again = decide(carriedOut(facts, decided));
        // A surge and an expression over what is running go on from there; the others are done.
        const settled = together(again).filter(
          ([{ settings }]) => settings.replacement === undefined && settings.demandExpression === undefined,
        );
        for (const [, plan] of settled) expect(plan.actions.filter(({ kind }) => kind !== 'back-off')).toEqual([]);
      }),
    );
  });

  it('are the same in whatever order templates, presets and workspaces are listed', () => {
    fc.assert(
      fc.property(someFacts, someBudgets, (facts, budgets) => {
        const turned: Facts = {
          ...facts,
          templates: [...facts.templates].reverse(),
          presets: [...facts.presets].reverse(),
          workspaces: [...facts.workspaces].reverse(),
        };
        const byName = (plans: readonly PoolPlan[]) => Object.fromEntries(plans.map((plan) => [plan.pool, plan]));
        expect(byName(decide(turned, budgets).plans)).toEqual(byName(decide(facts, budgets).plans));
      }),
    );
  });

  it('stay within every budget, as far as what is starting already leaves of it', () => {
    fc.assert(
      fc.property(someFacts, someBudgets, (facts, budgets) => {
        const decided = together(decide(facts, budgets));
        const within = (part: typeof decided, budget: number): void => {
          const starting = sumOf(part, ([pool]) => pool.inProgress.start);
          expect(sumOf(part, ([, plan]) => createdBy(plan))).toBeLessThanOrEqual(Math.max(budget - starting, 0));
        };
        within(decided, budgets.system);
        for (const id of ['node', 'go'])
          within(
            decided.filter(([pool]) => pool.template === id),
            budgets.perTemplate,
          );
        for (const one of decided) within([one], one[0].settings.maxConcurrentCreations ?? Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('leave no budget unused that a pool could use', () => {
    fc.assert(
      fc.property(someFacts, someBudgets, (facts, budgets) => {
        const decided = together(decide(facts, budgets));
        const used = sumOf(decided, ([pool, plan]) => pool.inProgress.start + createdBy(plan));
        for (const [, { reasons }] of decided)
          for (const reason of reasons)
            if (reason.kind === 'held-back' && reason.by.of === 'system')
              expect(used).toBeGreaterThanOrEqual(budgets.system);
      }),
    );
  });

  it('never have more of all versions together than a surge allows', () => {
    fc.assert(
      fc.property(someFacts, (facts) => {
        for (const { all, active, maxSurge } of surgesOf(decide(facts))) {
          if (createdBy(active.plan) === 0) continue;
          const there = sumOf(all, ({ pool }) => pool.running.length) + active.pool.inProgress.start;
          expect(there + createdBy(active.plan)).toBeLessThanOrEqual(active.plan.state.desired + maxSurge);
        }
      }),
    );
  });

  it('leave as many to be claimed during a surge as there were, up to what is desired', () => {
    fc.assert(
      fc.property(someFacts, (facts) => {
        for (const { all, active } of surgesOf(decide(facts))) {
          const { before, after } = claimable(all);
          expect(after).toBeGreaterThanOrEqual(Math.min(before, active.plan.state.desired));
        }
      }),
    );
  });

  it('leave as many to be claimed in whatever order versions become active, however far each has come', () => {
    const moves = fc.array(fc.oneof(aVersion, fc.constantFrom('carry out', 'get ready')), { maxLength: 20 });
    const settings: PoolSettings = { instances: 4, replacement: { strategy: 'Surge', maxSurge: 1 } };
    const preset: PresetFacts = { id: 'p1', template: 'node', deleted: false, paused: false, settings };
    fc.assert(
      fc.property(moves, (order) => {
        let facts: Facts = {
          paused: false,
          templates: [{ id: 'node', activeVersion: 'v1', deleted: false, deprecated: false, paused: false }],
          presets: [preset],
          workspaces: Array.from({ length: 4 }, (_, i) => builtOf({ ...STARTING, id: `first-${i}`, version: 'v1' })),
        };
        order.forEach((move, i) => {
          facts = moved(facts, move, i);
          const all = together(decide(facts)).map(([pool, plan]) => ({ pool, plan }));
          expect(claimable(all).after).toBe(4);
          // What is still building of a version that was replaced takes no place from the active one.
          const left = sumOf(all, ({ pool, plan }) => pool.running.length - deletedBy(plan).length);
          const coming = sumOf(all, ({ pool, plan }) =>
            pool.standing.status === 'active' ? plan.state.starting + createdBy(plan) : 0,
          );
          expect(left + coming).toBeLessThanOrEqual(5);
        });
      }),
    );
  });
});

const STARTING: WorkspaceFacts = {
  id: '',
  preset: 'p1',
  version: '',
  claimed: false,
  createdAt: NOW,
  ready: false,
  build: { transition: 'start', progress: { status: 'running' } },
};

const builtOf = (workspace: WorkspaceFacts): WorkspaceFacts => ({
  ...workspace,
  ready: true,
  build: { transition: 'start', progress: { status: 'succeeded', endedAt: NOW } },
});

/** A version becomes active, or a plan is carried out, or all that was begun is ready. */
const moved = (facts: Facts, move: string, turn: number): Facts => {
  if (move === 'get ready') return { ...facts, workspaces: facts.workspaces.map(builtOf) };
  if (move !== 'carry out')
    return {
      ...facts,
      templates: facts.templates.map((template) =>
        template.activeVersion === move
          ? template
          : { ...template, activeVersion: move, previousVersion: template.activeVersion },
      ),
    };
  const next = carriedOut(facts, decide(facts));
  // Names are given again by every plan.
  const isKnown = new Set(facts.workspaces.map(({ id }) => id));
  return {
    ...next,
    workspaces: next.workspaces.map((one) => (isKnown.has(one.id) ? one : { ...one, id: `${one.id}-${turn}` })),
  };
};

interface Planned {
  readonly pool: PoolSnapshot;
  readonly plan: PoolPlan;
}

/** How many of some pools can be claimed, before and after what is planned: all that expired are deleted. */
const claimable = (all: readonly Planned[]) => ({
  before: sumOf(all, ({ pool, plan }) => (pool.standing.status === 'active' ? plan.state.eligible : freshOf(pool))),
  after: sumOf(all, ({ pool, plan }) => {
    const deleted = deletedBy(plan);
    return pool.running.filter(({ id, ready }) => ready && !deleted.includes(id)).length;
  }),
});

const freshOf = (pool: PoolSnapshot): number => agesOf(pool, NOW).fresh.filter(({ ready }) => ready).length;

/** The pools of presets that replace versions by a surge and are not paused. */
const surgesOf = (decided: ReturnType<typeof decide>) => {
  const everything = together(decided).map(([pool, plan]): Planned => ({ pool, plan }));
  return everything.flatMap((active) => {
    const { standing, settings, preset, pausedBy } = active.pool;
    if (standing.status !== 'active' || settings.replacement?.strategy !== 'Surge' || pausedBy !== undefined) return [];
    const all = everything.filter(({ pool }) => pool.preset === preset);
    return [{ all, active, maxSurge: settings.replacement.maxSurge }];
  });
};
