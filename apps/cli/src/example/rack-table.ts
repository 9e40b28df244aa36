import Table from 'cli-table3';

import { colors } from '../colors.js';
import { NO_BORDER } from '../no-border.js';
import { seconds } from '../terminal.js';
import type { RackResult } from './rack.js';

/** One line a rack: how many of each child it has, whether it is Ready, and how long that took. */
export const rackTable = (racks: readonly RackResult[]): string => {
  const table = new Table({
    head: ['RACK', 'CHASSIS', 'BLADES', 'NODES', 'BMCS', 'READY', 'TOOK'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
    chars: NO_BORDER,
  });
  for (const rack of racks) {
    const ready = rack.ready ? colors.green('True') : colors.red(`False: ${rack.reason}`);
    table.push([rack.name, rack.chassis, rack.blades, rack.nodes, rack.bmcs, ready, seconds(rack.tookMs)]);
  }
  return table.toString();
};
