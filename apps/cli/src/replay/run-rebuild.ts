import { rebuild } from '@holdfast/read-models';

import { ExitCode } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { withStores } from './open-log.js';
import { grouped, replayProgress } from './replay-progress.js';
import type { ReplayOptions } from './replay-options.js';

export const runRebuild = async (
  { dir, output }: ReplayOptions,
  { out, err, toldToEnd }: Invocation,
): Promise<number> => {
  const json = output === 'json';
  const report = replayProgress({ json, write: json ? out : err, now: () => performance.now() });
  const signal = toldToEnd();
  const rebuilt = await withStores(dir, (stores) => rebuild({ ...stores, signal, report }));
  const { generation, events, sequence, seconds } = rebuilt;
  const eventsPerSecond = Math.round(events / seconds);
  if (json) out(JSON.stringify({ step: 'done', ...rebuilt, eventsPerSecond }));
  else {
    out(
      `${grouped(events)} events up to commit ${grouped(sequence)} in ${seconds.toFixed(1)} s ` +
        `(${grouped(eventsPerSecond)}/s); generation ${generation} is live`,
    );
  }
  return ExitCode.ok;
};
