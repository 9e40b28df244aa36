import { verify } from '@holdfast/read-models';
import type { Difference, TableComparison, Verified } from '@holdfast/read-models';

import { ExitCode } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { withStores } from './open-log.js';
import { grouped, replayProgress } from './replay-progress.js';
import type { ReplayOptions } from './replay-options.js';

export const runVerify = async (
  { dir, output }: ReplayOptions,
  { out, err, toldToEnd }: Invocation,
): Promise<number> => {
  const json = output === 'json';
  const report = replayProgress({ json, write: json ? out : err, now: () => performance.now() });
  const signal = toldToEnd();
  const verified = await withStores(dir, (stores) => verify({ ...stores, signal, report }));
  out(json ? JSON.stringify({ step: 'done', ...verified }) : summary(verified));
  return verified.same ? ExitCode.ok : ExitCode.failed;
};

const summary = ({ same, sequence, tables, seconds }: Verified): string =>
  [
    ...tables.map(tableLine),
    ...tables.flatMap(({ differences }) => differences.map(differenceLine)),
    same
      ? `the rows are what the log says up to commit ${grouped(sequence)} (${seconds.toFixed(1)} s)`
      : `the rows are NOT what the log says up to commit ${grouped(sequence)}: run holdfast rebuild`,
  ].join('\n');

const tableLine = ({ table, live, replayed }: TableComparison): string =>
  `${table.padEnd(8)}  live ${grouped(live.rows)} rows ${live.hash.slice(0, 16)}  ` +
  `log ${grouped(replayed.rows)} rows ${replayed.hash.slice(0, 16)}`;

const differenceLine = ({ table, key, problem, object }: Difference): string =>
  `  ${problem} in ${table}: ${key}${object === undefined ? '' : ` (${object})`}`;
