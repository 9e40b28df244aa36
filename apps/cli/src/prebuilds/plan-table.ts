/** Plans as people read them: a row for each document, and below it what explains the plan. */
import Table from 'cli-table3';

import { reasonText } from '@holdfast/prebuild';
import type { DocumentPlan, PoolAction, PoolPlan } from '@holdfast/prebuild';
import { formatInstant } from '@holdfast/prebuild';

import { colors } from '../colors.js';
import { NO_BORDER } from '../no-border.js';

export interface PlannedLine {
  readonly line: number;
  readonly result: DocumentPlan;
}

const HEAD = ['LINE', 'POOL', 'DESIRED', 'RUNNING', 'ELIGIBLE', 'EXPIRED', 'EXTRANEOUS', 'STARTING', 'ACTIONS'];

export const planTable = (planned: readonly PlannedLine[]): string => {
  const table = new Table({
    head: HEAD,
    colAligns: ['right', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
    chars: NO_BORDER,
  });
  for (const { line, result } of planned)
    if (result.ok) table.push([line, ...planCells(result.plan)]);
    else table.push([line, { colSpan: HEAD.length - 1, content: colors.red(result.error) }]);
  return [table.toString(), ...planned.flatMap(reasonLines)].join('\n');
};

const planCells = ({ pool, state, actions }: PoolPlan): (string | number)[] => [
  pool,
  state.desired,
  state.actual,
  state.eligible,
  state.expired,
  state.extraneous,
  state.starting,
  actions.length === 0 ? 'nothing to do' : actions.map(actionText).join(', '),
];

const actionText = (action: PoolAction): string => {
  switch (action.kind) {
    case 'cancel-pending':
      return 'cancel pending builds';
    case 'delete':
      return `delete ${action.ids.join(' ')}`;
    case 'create':
      return `create ${action.count}`;
    case 'back-off':
      return `back off until ${formatInstant(action.until)}`;
  }
};

const reasonLines = ({ line, result }: PlannedLine): readonly string[] =>
  result.ok ? result.plan.reasons.map((reason) => colors.dim(` line ${line}: ${reasonText(reason)}`)) : [];
