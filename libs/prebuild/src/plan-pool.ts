/**
 * What is to be done about one pool (rule book: Planning is pure, "Actions").
 *
 *   active     delete expired → delete stopped → delete extraneous → create, or else back off
 *   retiring   cancel pending → delete expired → delete stopped → delete extraneous → back off
 *   inactive   cancel pending → delete all → back off
 *   paused     nothing
 */
import { backingOffAt } from './back-off.js';
import type { Duration, Instant } from './instant.js';
import { agesOf, oldestFirst, stateOf } from './pool-state.js';
import type { Budget, PlanReason } from './plan-reason.js';
import type { Aged, Ages, PoolState } from './pool-state.js';
import type { Instance, PoolSnapshot, Standing, SurgeRoom } from './pool-snapshot.js';
import { targetOf } from './target.js';
import type { Target } from './target.js';

export type PoolAction =
  | { readonly kind: 'cancel-pending' }
  | { readonly kind: 'delete'; readonly ids: readonly string[] }
  | { readonly kind: 'create'; readonly count: number }
  | { readonly kind: 'back-off'; readonly until: Instant };

export interface PoolPlan {
  readonly pool: string;
  readonly state: PoolState;
  readonly target: Omit<Target, 'reasons'>;
  /** In the order in which they are to be carried out. */
  readonly actions: readonly PoolAction[];
  readonly reasons: readonly PlanReason[];
}

export interface PlanConfig {
  readonly backOffInterval: Duration;
}

/** Decides for one pool by itself, knowing nothing of the budgets that it shares with others. */
export const planPool = (pool: PoolSnapshot, now: Instant, config: PlanConfig): PoolPlan => {
  const ages = agesOf(pool, now);
  const { reasons, ...target } = targetOf(pool, ages, now);
  const state = stateOf(pool, ages, target.desired);
  const decision = decide({ pool, ages, state, backOff: backingOffAt(pool.failures, config.backOffInterval, now) });
  return { pool: pool.pool, state, target, actions: decision.actions, reasons: [...reasons, ...decision.reasons] };
};

interface Known {
  readonly pool: PoolSnapshot;
  readonly ages: Ages;
  readonly state: PoolState;
  readonly backOff: Instant | undefined;
}

type Retiring = Extract<Standing, { status: 'retiring' }>;

type Decision = Pick<PoolPlan, 'actions' | 'reasons'>;

const decide = (known: Known): Decision => {
  const { pausedBy, standing } = known.pool;
  if (pausedBy !== undefined) return { actions: [], reasons: [{ kind: 'paused', by: pausedBy }] };
  switch (standing.status) {
    case 'inactive':
      return { actions: emptied(known), reasons: [inactiveReason(standing)] };
    case 'retiring':
      return thinned(known, standing);
    case 'active':
      return together(surplus(known), creation(known, standing.surge));
  }
};

const inactiveReason = ({ because, told }: Extract<Standing, { status: 'inactive' }>): PlanReason =>
  told === undefined ? { kind: 'inactive', because } : { kind: 'inactive', because, told };

const together = (...decisions: readonly Decision[]): Decision => ({
  actions: decisions.flatMap(({ actions }) => actions),
  reasons: decisions.flatMap(({ reasons }) => reasons),
});

const emptied = ({ pool, backOff }: Known): readonly PoolAction[] => [
  ...cancellation(pool),
  ...deletion(oldest([...pool.running, ...pool.stopped])),
  ...waiting(backOff),
];

const thinned = (known: Known, { keep, ready, desired }: Retiring): Decision => {
  const { actions, reasons } = surplus(known);
  return {
    actions: [...cancellation(known.pool), ...actions, ...waiting(known.backOff)],
    reasons: [{ kind: 'kept-by-surge', kept: keep, ready, desired }, ...reasons],
  };
};

const surplus = (known: Known): Decision => {
  const expired = oldest(known.ages.expired);
  const stopped = oldest(known.pool.stopped);
  const tooMany = extraneous(known);
  return {
    actions: [...deletion(expired), ...deletion(stopped), ...deletion(tooMany)],
    reasons: [
      ...expiryReasons(known.pool, expired),
      ...stoppedReason(stopped),
      ...extraneousReason(tooMany, known.state.desired),
    ],
  };
};

/** What is from before an invalidation goes for that, however old it is. */
const expiryReasons = (
  { settings: { ttl = 0n }, invalidatedAt }: PoolSnapshot,
  expired: readonly Instance[],
): readonly PlanReason[] => {
  const isInvalidated = ({ createdAt }: Instance): boolean => invalidatedAt !== undefined && createdAt < invalidatedAt;
  const invalidated = idsOf(expired.filter(isInvalidated));
  const tooOld = idsOf(expired.filter((instance) => !isInvalidated(instance)));
  return [
    ...(invalidatedAt === undefined || invalidated.length === 0
      ? []
      : [{ kind: 'invalidated', ids: invalidated, at: invalidatedAt } as const]),
    ...(tooOld.length === 0 ? [] : [{ kind: 'older-than-ttl', ids: tooOld, ttl } as const]),
  ];
};

const stoppedReason = (instances: readonly Aged[]): readonly PlanReason[] =>
  instances.length === 0 ? [] : [{ kind: 'stopped', ids: idsOf(instances) }];

const extraneousReason = (instances: readonly Instance[], desired: number): readonly PlanReason[] =>
  instances.length === 0 ? [] : [{ kind: 'extraneous', ids: idsOf(instances), desired }];

const idsOf = (instances: readonly Aged[]): readonly string[] => instances.map(({ id }) => id);

const cancellation = ({ pending }: PoolSnapshot): readonly PoolAction[] =>
  pending === 0 ? [] : [{ kind: 'cancel-pending' }];

const deletion = (instances: readonly Aged[]): readonly PoolAction[] =>
  instances.length === 0 ? [] : [{ kind: 'delete', ids: idsOf(instances) }];

const oldest = <One extends Aged>(instances: readonly One[]): readonly One[] => [...instances].sort(oldestFirst);

/** Those that nobody could claim yet go first; then the oldest. */
const extraneous = ({ ages: { fresh }, state }: Known): readonly Instance[] => {
  if (state.extraneous === 0) return [];
  const sorted = oldest(fresh);
  return [...sorted.filter(({ ready }) => !ready), ...sorted.filter(({ ready }) => ready)].slice(0, state.extraneous);
};

const creation = ({ pool, ages, state, backOff }: Known, surge: SurgeRoom | undefined): Decision => {
  // Every build of it would fail: only a change of the preset, or another version, helps.
  if (pool.unfit !== undefined) {
    const unfit: PlanReason = { kind: 'parameters-unfit', problems: pool.unfit };
    return { actions: waiting(backOff), reasons: [...failureReasons(pool, backOff), unfit] };
  }
  if (backOff !== undefined) return { actions: waiting(backOff), reasons: failureReasons(pool, backOff) };
  const missing = Math.max(state.desired - ages.fresh.length - state.starting, 0);
  const tried = Math.min(missing, probesLeft(pool));
  const { maxConcurrentCreations: most = Number.POSITIVE_INFINITY } = pool.settings;
  const inPreset = Math.min(tried, Math.max(most - state.starting, 0));
  const count = Math.min(inPreset, surgeRoomLeft(surge, state));
  return {
    actions: count === 0 ? [] : [{ kind: 'create', count }],
    reasons: [
      ...failureReasons(pool),
      ...heldBack(tried - inPreset, { of: 'preset', most }),
      ...surgeReason(inPreset - count, surge),
      ...pointlessReason(pool, state),
    ],
  };
};

/** What a budget keeps from being created, when it does. */
export const heldBack = (count: number, by: Budget): readonly PlanReason[] =>
  count === 0 ? [] : [{ kind: 'held-back', count, by }];

const surgeRoomLeft = (surge: SurgeRoom | undefined, { actual, starting }: PoolState): number =>
  surge === undefined ? Number.POSITIVE_INFINITY : Math.max(surge.most - surge.previous - actual - starting, 0);

const surgeReason = (count: number, surge: SurgeRoom | undefined): readonly PlanReason[] =>
  count === 0 || surge === undefined ? [] : [{ kind: 'surge-is-full', count, ...surge }];

/** What takes longer to build than it may live is never to be had. */
const pointlessReason = (
  { settings: { ttl = 0n }, buildTook }: PoolSnapshot,
  { desired }: PoolState,
): readonly PlanReason[] =>
  desired === 0 || ttl === 0n || buildTook === undefined || buildTook <= ttl
    ? []
    : [{ kind: 'expire-before-ready', ttl, took: buildTook }];

const waiting = (until: Instant | undefined): readonly PoolAction[] =>
  until === undefined ? [] : [{ kind: 'back-off', until }];

const failureReasons = ({ preset, failures, hardLimit }: PoolSnapshot, until?: Instant): readonly PlanReason[] => {
  const known = failures === undefined ? {} : { failures };
  if (hardLimit !== 'clear') return [{ kind: 'hard-limited', preset, ...known, probe: hardLimit === 'probe' }];
  return failures === undefined || until === undefined ? [] : [{ kind: 'backing-off', preset, failures, until }];
};

/** A hard-limited pool builds nothing, or one when it may try; never a second beside the first. */
const probesLeft = ({ hardLimit, inProgress }: PoolSnapshot): number => {
  if (hardLimit === 'clear') return Number.POSITIVE_INFINITY;
  return hardLimit === 'probe' && inProgress.start === 0 ? 1 : 0;
};
