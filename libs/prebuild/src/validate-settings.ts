/** What a preset may ask for (rule book: Objects, "Preset"; and "Desired now" for schedules). */
import { demandExpressionProblem, DEMAND_VARIABLES } from './demand-expression.js';
import type { FieldProblem } from './field-problem.js';
import { SECOND } from './instant.js';
import type { Duration } from './instant.js';
import type { PoolSettings } from './pool-snapshot.js';
import { schedulingProblems } from './schedule.js';

const MOST_INSTANCES = 5_000;

/** Every field of a preset's prebuilds that cannot be accepted. */
export const validateSettings = (settings: PoolSettings): readonly FieldProblem[] => {
  const { instances, min, max, ttl, scheduling, demandExpression, maxConcurrentCreations, replacement } = settings;
  return [
    ...count('instances', instances, 0),
    ...count('min', min, 0),
    ...count('max', max, min ?? 0),
    ...ttlProblems(ttl),
    ...(scheduling === undefined ? [] : schedulingProblems(scheduling).map(within('scheduling'))),
    ...(scheduling?.schedules ?? []).flatMap((schedule, i) =>
      count(`scheduling.schedules[${i}].instances`, schedule.instances, 0),
    ),
    ...expressionProblems(demandExpression),
    ...count('maxConcurrentCreations', maxConcurrentCreations, 1),
    ...(replacement?.strategy === 'Surge' ? count('replacement.maxSurge', replacement.maxSurge, 1) : []),
  ];
};

const count = (field: string, value: number | undefined, least: number): readonly FieldProblem[] => {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= MOST_INSTANCES)) return [];
  const message = `${value} is not accepted; expected a whole number from ${least} to ${MOST_INSTANCES}`;
  return [{ field, value: String(value), message }];
};

const ttlProblems = (ttl: Duration | undefined): readonly FieldProblem[] => {
  if (ttl === undefined || ttl >= SECOND) return [];
  const value = `${Number(ttl) / Number(SECOND)} s`;
  return [{ field: 'ttl', value, message: `${value} is not accepted; expected at least a second, or no ttl at all` }];
};

const within =
  (parent: string) =>
  (problem: FieldProblem): FieldProblem => ({ ...problem, field: `${parent}.${problem.field}` });

const expressionProblems = (expression: string | undefined): readonly FieldProblem[] => {
  const problem = expression === undefined ? undefined : demandExpressionProblem(expression);
  if (expression === undefined || problem === undefined) return [];
  const message = `${problem}; expected an expression of ${DEMAND_VARIABLES.join(', ')}`;
  return [{ field: 'demandExpression', value: expression, message }];
};
