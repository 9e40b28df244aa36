/** How many instances a pool shall have now: schedule, then demand, then bounds (rule book: Planning is pure, "Desired now"). */
import { evaluateDemand } from './demand-expression.js';
import { NO_DEMAND } from './demand.js';
import type { Instant } from './instant.js';
import type { Bound, TargetReason } from './plan-reason.js';
import type { PoolSnapshot } from './pool-snapshot.js';
import type { Ages } from './pool-state.js';
import { nextScheduleEdge, readScheduling, scheduleAt } from './schedule.js';
import type { Schedule, ScheduleTable } from './schedule.js';

export interface Target {
  readonly desired: number;
  /** What decided, before the bounds. */
  readonly source: 'instances' | 'schedule' | 'demand';
  readonly reasons: readonly TargetReason[];
}

export const targetOf = (pool: PoolSnapshot, ages: Ages, now: Instant): Target => {
  if (pool.standing.status === 'inactive') return { desired: 0, source: 'instances', reasons: [] };
  // What a surge keeps was decided for the pool that replaces this one.
  if (pool.standing.status === 'retiring') return { desired: pool.standing.keep, source: 'instances', reasons: [] };
  const scheduled = byScheduleOf(pool, now);
  return bounded(byDemandOf(pool, ages, now, scheduled), pool);
};

const byScheduleOf = ({ settings: { instances, scheduling } }: PoolSnapshot, now: Instant): Target => {
  if (scheduling === undefined) return { desired: instances, source: 'instances', reasons: [] };
  const table = readScheduling(scheduling);
  const held = scheduleAt(table, now);
  const holding = holdingReason(table, held, { instances, timezone: scheduling.timezone }, now);
  const reasons = [...schedulingReasons(table), ...holding];
  if (held === undefined) return { desired: instances, source: 'instances', reasons };
  return { desired: held.instances, source: 'schedule', reasons };
};

/** Says until when it holds, and not what time it is: it stays the same for as long. */
const holdingReason = (
  table: ScheduleTable,
  held: Schedule | undefined,
  { instances, timezone }: { readonly instances: number; readonly timezone: string },
  now: Instant,
): readonly TargetReason[] => {
  if (table.status !== 'followed' || table.entries.length === 0) return [];
  const edge = nextScheduleEdge(table, now);
  const until = edge === undefined ? {} : { until: edge };
  if (held === undefined) return [{ kind: 'unscheduled', instances, ...until }];
  return [{ kind: 'scheduled', cron: held.cron, timezone, instances: held.instances, ...until }];
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
  if (!result.ok) {
    const fell = { kind: 'demand-fell-back', problem: result.problem, instances: scheduled.desired } as const;
    return { ...scheduled, reasons: [...scheduled.reasons, fell] };
  }
  const { instances, from } = result;
  const demanded = { kind: 'demanded', expression, instances, from } as const;
  return { desired: instances, source: 'demand', reasons: [...scheduled.reasons, demanded] };
};

/** Without a `max` an expression still cannot ask for more than this. */
const MOST_BY_DEMAND = 100;

const bounded = (target: Target, { settings: { min = 0, max } }: PoolSnapshot): Target => {
  const most = max ?? (target.source === 'demand' ? MOST_BY_DEMAND : Number.POSITIVE_INFINITY);
  const desired = Math.max(min, Math.min(target.desired, most));
  if (desired === target.desired) return target;
  const tooMany: Bound = max === undefined ? 'demand-max' : 'max';
  const bound = desired > target.desired ? 'min' : tooMany;
  const reason = { kind: 'bounded', asked: target.desired, bound, limit: desired } as const;
  return { ...target, desired, reasons: [...target.reasons, reason] };
};
