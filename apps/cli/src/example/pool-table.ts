import Table from 'cli-table3';

import { colors } from '../colors.js';
import { NO_BORDER } from '../no-border.js';
import { seconds } from '../terminal.js';
import type { PoolResult } from './pool.js';

/** One line a pool: how many it wants, has and can hand out, and how long it took to fill. */
export const poolTable = (pools: readonly PoolResult[]): string => {
  const table = new Table({
    head: ['POOL', 'DESIRED', 'RUNNING', 'STARTING', 'FAILED', 'READY', 'TOOK'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
    chars: NO_BORDER,
  });
  for (const { preset, desired, running, starting, failed, ready, reached, reason, tookMs } of pools) {
    const told = reached ? colors.green(String(ready)) : colors.red(`${ready}: ${reason}`);
    table.push([preset, desired, running, starting, failed, told, seconds(tookMs)]);
  }
  return table.toString();
};
