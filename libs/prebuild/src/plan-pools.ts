/** What is to be done about all pools: each by itself, then together (rule book: Planning is pure). */
import { withinBudgets } from './budgets.js';
import type { BudgetUse, CreationBudgets } from './budgets.js';
import type { Instant } from './instant.js';
import { planPool } from './plan-pool.js';
import type { PlanConfig, PoolPlan } from './plan-pool.js';
import type { PoolSnapshot } from './pool-snapshot.js';
import { withSurges } from './surge.js';

export interface PoolsConfig extends PlanConfig {
  readonly budgets: CreationBudgets;
}

/**
 * Plans every pool, in the order in which they are given; that order changes no plan. `others` are pools whose plans
 * stand: what is starting there counts toward the budgets.
 */
export const planPools = (
  pools: readonly PoolSnapshot[],
  now: Instant,
  config: PoolsConfig,
  others: readonly BudgetUse[] = [],
): readonly PoolPlan[] => {
  const planned = withSurges(pools, now).map((pool) => ({ pool, plan: planPool(pool, now, config) }));
  return withinBudgets(planned, config.budgets, others);
};
