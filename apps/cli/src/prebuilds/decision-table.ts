/** Decisions as people read them: a row for each pool, and below it why. */
import Table from 'cli-table3';

import type { Colors } from '../colors.js';
import { NO_BORDER } from '../no-border.js';
import type { Decision } from './decisions.js';

const COLUMNS = ['desired', 'actual', 'eligible', 'expired', 'extraneous', 'starting', 'deleting'] as const;
const HEAD = ['VERSION', ...COLUMNS.map((column) => column.toUpperCase()), 'DECIDED', 'ACTIONS'];

export const renderDecisions = (decisions: readonly Decision[], colors: Colors): readonly string[] => {
  const table = new Table({
    head: HEAD,
    colAligns: ['left', ...COLUMNS.map(() => 'right' as const), 'left', 'left'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: NO_BORDER,
  });
  for (const { version, state, at, actions } of decisions)
    table.push([
      version,
      ...COLUMNS.map((column) => state[column] ?? 0),
      at,
      actions.length === 0 ? 'nothing to do' : actions.map(actionText).join(', '),
    ]);
  return [...table.toString().split('\n'), ...decisions.flatMap((decision) => becauseOf(decision, colors))];
};

const becauseOf = ({ version, epoch, snapshotVersion, reasons }: Decision, colors: Colors): readonly string[] => [
  ...reasons.map((reason) => `  ${version}: ${colors.yellow(reason)}`),
  colors.dim(`  ${version}: decided in epoch ${epoch}, on version ${snapshotVersion} of the log`),
];

const actionText = ({ type, count, ids, until }: Decision['actions'][number]): string => {
  switch (type) {
    case 'create':
      return `create ${count ?? 0}`;
    case 'delete':
      return `delete ${(ids ?? []).join(' ')}`;
    case 'backoff':
      return `back off until ${until ?? ''}`;
    case 'cancel_pending':
      return 'cancel pending builds';
    default:
      return type;
  }
};
