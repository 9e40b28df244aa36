/** How many instances a pool shall have now: schedule, then demand, then bounds (rule book: Planning is pure, "Desired now"). */
import { evaluateDemand } from './demand-expression.js';
import { NO_DEMAND } from './demand.js';
import type { FieldProblem } from './field-problem.js';
import type { Instant } from './instant.js';
import type { PoolSnapshot } from './pool-snapshot.js';
import type { Ages } from './pool-state.js';
import { readScheduling, scheduledInstances } from './schedule.js';
import type { ScheduleTable, Scheduling } from './schedule.js';

export interface Target {
  readonly desired: number;
  /** What decided, before the bounds. */
  readonly source: 'instances' | 'schedule' | 'demand';
  readonly reasons: readonly TargetReason[];
}

export type TargetReason =
  | { readonly kind: 'scheduling-off'; readonly problems: readonly FieldProblem[] }
  | { readonly kind: 'schedule-skipped'; readonly problem: FieldProblem }
  | { readonly kind: 'demand-fell-back'; readonly problem: string }
  | { readonly kind: 'bounded'; readonly asked: number; readonly bound: 'min' | 'max' };

export const targetOf = (pool: PoolSnapshot, ages: Ages, now: Instant): Target => {
  if (pool.standing.status === 'inactive') return { desired: 0, source: 'instances', reasons: [] };
  // What a surge keeps was decided for the pool that replaces this one.
  if (pool.standing.status === 'retiring') return { desired: pool.standing.keep, source: 'instances', reasons: [] };
  const scheduled = byScheduleOf(pool, now);
  return bounded(byDemandOf(pool, ages, now, scheduled), pool);
};

const byScheduleOf = ({ settings: { instances, scheduling } }: PoolSnapshot, now: Instant): Target => {
  const table = scheduling === undefined ? NO_SCHEDULES : tableOf(scheduling);
  const reasons = schedulingReasons(table);
  const scheduled = scheduledInstances(table, now);
  if (scheduled === undefined) return { desired: instances, source: 'instances', reasons };
  return { desired: scheduled, source: 'schedule', reasons };
};

const NO_SCHEDULES: ScheduleTable = { status: 'none' };
const tables = new WeakMap<Scheduling, ScheduleTable>();

/** Read once for each scheduling, however often its pool is planned. */
const tableOf = (scheduling: Scheduling): ScheduleTable => {
  const table = tables.get(scheduling) ?? readScheduling(scheduling);
  tables.set(scheduling, table);
  return table;
};

const schedulingReasons = (table: ScheduleTable): readonly TargetReason[] => {
  if (table.status === 'off') return [{ kind: 'scheduling-off', problems: table.problems }];
  if (table.status === 'none') return [];
  return table.skipped.map((problem) => ({ kind: 'schedule-skipped', problem }));
};

/** Any error in the expression leaves what the schedules say, and is told. */
const byDemandOf = (pool: PoolSnapshot, ages: Ages, now: Instant, scheduled: Target): Target => {
  const expression = pool.settings.demandExpression;
  if (expression === undefined) return scheduled;
  const result = evaluateDemand(expression, {
    now,
    timezone: pool.settings.scheduling?.timezone ?? 'UTC',
    scheduled: scheduled.desired,
    running: pool.running.length,
    eligible: ages.fresh.filter(({ ready }) => ready).length,
    expired: ages.expired.length,
    inProgress: pool.inProgress,
    demand: pool.demand ?? NO_DEMAND,
  });
  if (result.ok) return { ...scheduled, desired: result.instances, source: 'demand' };
  return { ...scheduled, reasons: [...scheduled.reasons, { kind: 'demand-fell-back', problem: result.problem }] };
};

/** Without a `max` an expression still cannot ask for more than this. */
const MOST_BY_DEMAND = 100;

const bounded = (target: Target, { settings: { min = 0, max } }: PoolSnapshot): Target => {
  const most = max ?? (target.source === 'demand' ? MOST_BY_DEMAND : Number.POSITIVE_INFINITY);
  const desired = Math.max(min, Math.min(target.desired, most));
  if (desired === target.desired) return target;
  const bound = desired > target.desired ? 'min' : 'max';
  return { ...target, desired, reasons: [...target.reasons, { kind: 'bounded', asked: target.desired, bound }] };
};
