/** Sharing what may be created at once among pools (rule book: Planning is pure, "Actions", 2). */
import { heldBack } from './plan-pool.js';
import type { PoolAction, PoolPlan } from './plan-pool.js';
import type { Budget } from './plan-reason.js';
import type { PoolSnapshot } from './pool-snapshot.js';

/** How many builds may be starting at once. */
export interface CreationBudgets {
  readonly perTemplate: number;
  readonly system: number;
}

/** What a pool takes of the budgets. */
export type BudgetUse = Pick<PoolSnapshot, 'template' | 'inProgress'>;

export interface PlannedPool {
  readonly pool: PoolSnapshot;
  readonly plan: PoolPlan;
}

/** Cuts creations down to the budgets: one each in turn, the pools with the fewest instances first, then by name. */
export const withinBudgets = (
  planned: readonly PlannedPool[],
  budgets: CreationBudgets,
  others: readonly BudgetUse[] = [],
): readonly PoolPlan[] => {
  const left = budgetsLeft([...planned.map(({ pool }) => pool), ...others], budgets);
  const granted = new Map<PoolPlan, Granted>();
  let hungry = planned.filter(({ plan }) => wantedBy(plan) > 0).sort(emptiestFirst);
  for (const { plan } of hungry) granted.set(plan, { count: 0, stoppedBy: 'system' });
  while (hungry.length > 0) hungry = hungry.filter((one) => grantOne(one, left, granted));
  return planned.map(({ plan }) => trimmed(plan, granted.get(plan), budgets));
};

interface BudgetsLeft {
  system: number;
  readonly templates: Map<string, number>;
}

interface Granted {
  readonly count: number;
  readonly stoppedBy: 'template' | 'system';
}

const budgetsLeft = (pools: readonly BudgetUse[], budgets: CreationBudgets): BudgetsLeft => {
  const left: BudgetsLeft = { system: budgets.system, templates: new Map() };
  for (const { template, inProgress } of pools) {
    left.system -= inProgress.start;
    left.templates.set(template, (left.templates.get(template) ?? budgets.perTemplate) - inProgress.start);
  }
  return left;
};

const wantedBy = ({ actions }: PoolPlan): number =>
  actions.reduce((sum, action) => sum + (action.kind === 'create' ? action.count : 0), 0);

const emptiestFirst = (a: PlannedPool, b: PlannedPool): number =>
  fillOf(a) - fillOf(b) || (a.plan.pool < b.plan.pool ? -1 : 1);

const fillOf = ({ plan: { state } }: PlannedPool): number => state.eligible + state.starting;

/** Grants one creation; false when the pool needs no more, or can have no more. */
const grantOne = ({ pool, plan }: PlannedPool, left: BudgetsLeft, granted: Map<PoolPlan, Granted>): boolean => {
  const inTemplate = left.templates.get(pool.template) ?? 0;
  const count = granted.get(plan)?.count ?? 0;
  if (inTemplate <= 0 || left.system <= 0) {
    granted.set(plan, { count, stoppedBy: inTemplate <= 0 ? 'template' : 'system' });
    return false;
  }
  left.templates.set(pool.template, inTemplate - 1);
  left.system -= 1;
  granted.set(plan, { count: count + 1, stoppedBy: 'system' });
  return count + 1 < wantedBy(plan);
};

const trimmed = (plan: PoolPlan, granted: Granted | undefined, budgets: CreationBudgets): PoolPlan => {
  const cut = wantedBy(plan) - (granted?.count ?? 0);
  if (granted === undefined || cut === 0) return plan;
  const actions = plan.actions.flatMap((action): readonly PoolAction[] => {
    if (action.kind !== 'create') return [action];
    return granted.count === 0 ? [] : [{ kind: 'create', count: granted.count }];
  });
  return { ...plan, actions, reasons: [...plan.reasons, ...heldBack(cut, budgetOf(granted, budgets))] };
};

const budgetOf = ({ stoppedBy }: Granted, { perTemplate, system }: CreationBudgets): Budget => ({
  of: stoppedBy,
  most: stoppedBy === 'template' ? perTemplate : system,
});
