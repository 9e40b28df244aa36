/**
 * What is to be done about one pool (rule book: Planning is pure, "Actions").
 *
 *   active     delete expired → delete extraneous → create, or else back off
 *   retiring   cancel pending → delete expired → delete extraneous → back off
 *   inactive   cancel pending → delete all → back off
 *   paused     nothing
 */
import { backingOffAt } from './back-off.js';
import type { Duration, Instant } from './instant.js';
import { agesOf, oldestFirst, stateOf } from './pool-state.js';
import type { Ages, PoolState } from './pool-state.js';
import type { InactiveReason, Instance, PausedBy, PoolSnapshot } from './pool-snapshot.js';
import { targetOf } from './target.js';
import type { Target, TargetReason } from './target.js';

export type PoolAction =
  | { readonly kind: 'cancel-pending' }
  | { readonly kind: 'delete'; readonly ids: readonly string[] }
  | { readonly kind: 'create'; readonly count: number }
  | { readonly kind: 'back-off'; readonly until: Instant };

/** Why a plan is not simply what the state suggests. */
export type PlanReason =
  | TargetReason
  | { readonly kind: 'inactive'; readonly because: InactiveReason }
  | { readonly kind: 'paused'; readonly by: PausedBy }
  | { readonly kind: 'parameters-unfit'; readonly problems: readonly string[] }
  | { readonly kind: 'hard-limited'; readonly probe: boolean }
  | { readonly kind: 'held-back'; readonly count: number; readonly by: HeldBackBy };

export type HeldBackBy = 'preset' | 'template' | 'system' | 'surge';

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

type Decision = Pick<PoolPlan, 'actions' | 'reasons'>;

const decide = (known: Known): Decision => {
  const { pausedBy, standing } = known.pool;
  if (pausedBy !== undefined) return { actions: [], reasons: [{ kind: 'paused', by: pausedBy }] };
  if (standing.status === 'inactive')
    return { actions: emptied(known), reasons: [{ kind: 'inactive', because: standing.because }] };
  if (standing.status === 'retiring') return { actions: thinned(known), reasons: [] };
  const created = creation(known, standing.room);
  return { actions: [...surplus(known), ...created.actions], reasons: created.reasons };
};

const emptied = ({ pool, backOff }: Known): readonly PoolAction[] => [
  ...cancellation(pool),
  ...deletion(oldest(pool.running)),
  ...waiting(backOff),
];

const thinned = (known: Known): readonly PoolAction[] => [
  ...cancellation(known.pool),
  ...surplus(known),
  ...waiting(known.backOff),
];

const surplus = (known: Known): readonly PoolAction[] => [
  ...deletion(oldest(known.ages.expired)),
  ...deletion(extraneous(known)),
];

const cancellation = ({ pending }: PoolSnapshot): readonly PoolAction[] =>
  pending === 0 ? [] : [{ kind: 'cancel-pending' }];

const deletion = (instances: readonly Instance[]): readonly PoolAction[] =>
  instances.length === 0 ? [] : [{ kind: 'delete', ids: instances.map(({ id }) => id) }];

const oldest = (instances: readonly Instance[]): readonly Instance[] => [...instances].sort(oldestFirst);

/** Those that nobody could claim yet go first; then the oldest. */
const extraneous = ({ ages: { fresh }, state }: Known): readonly Instance[] => {
  if (state.extraneous === 0) return [];
  const sorted = oldest(fresh);
  return [...sorted.filter(({ ready }) => !ready), ...sorted.filter(({ ready }) => ready)].slice(0, state.extraneous);
};

const creation = ({ pool, ages, state, backOff }: Known, room = Number.POSITIVE_INFINITY): Decision => {
  // Every build of it would fail: only a change of the preset, or another version, helps.
  if (pool.unfit !== undefined) {
    const unfit: PlanReason = { kind: 'parameters-unfit', problems: pool.unfit };
    return { actions: waiting(backOff), reasons: [...hardLimitReason(pool), unfit] };
  }
  if (backOff !== undefined) return { actions: waiting(backOff), reasons: hardLimitReason(pool) };
  const missing = Math.max(state.desired - ages.fresh.length - state.starting, 0);
  const tried = Math.min(missing, probesLeft(pool));
  const inPreset = Math.min(tried, creationsLeft(pool));
  const count = Math.min(inPreset, room);
  return {
    actions: count === 0 ? [] : [{ kind: 'create', count }],
    reasons: [
      ...hardLimitReason(pool),
      ...heldBack(tried - inPreset, 'preset'),
      ...heldBack(inPreset - count, 'surge'),
    ],
  };
};

/** What a limit keeps from being created, when it does. */
export const heldBack = (count: number, by: HeldBackBy): readonly PlanReason[] =>
  count === 0 ? [] : [{ kind: 'held-back', count, by }];

const waiting = (until: Instant | undefined): readonly PoolAction[] =>
  until === undefined ? [] : [{ kind: 'back-off', until }];

const hardLimitReason = ({ hardLimit }: PoolSnapshot): readonly PlanReason[] =>
  hardLimit === 'clear' ? [] : [{ kind: 'hard-limited', probe: hardLimit === 'probe' }];

/** A hard-limited pool builds nothing, or one when it may try; never a second beside the first. */
const probesLeft = ({ hardLimit, inProgress }: PoolSnapshot): number => {
  if (hardLimit === 'clear') return Number.POSITIVE_INFINITY;
  return hardLimit === 'probe' && inProgress.start === 0 ? 1 : 0;
};

const creationsLeft = ({ settings: { maxConcurrentCreations }, inProgress }: PoolSnapshot): number =>
  maxConcurrentCreations === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(maxConcurrentCreations - inProgress.start, 0);
