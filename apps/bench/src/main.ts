/** `npm run bench`: measures a stack of its own, in turn with its peers, and shows medians with their spread. */
import { Command, InvalidArgumentError } from 'commander';

import { startBenchStack } from './bench-stack.js';
import type { BenchStack } from './bench-stack.js';
import { renderTable, Results } from './report.js';
import { etcdCreates } from './scenarios/etcd-creates.js';
import { creates, FROM_COLD, gets, transactions, WARM_AGAIN, warmUp } from './scenarios/http-writes-and-reads.js';
import { manyObjects, startAndIdleMemory, takeOver } from './scenarios/life-cycle.js';
import { lists } from './scenarios/lists.js';
import { logAppends } from './scenarios/log-appends.js';
import { eventLag, rebuild, rowAlone, rowUnderLoad } from './scenarios/projections.js';
import { warmClaims } from './scenarios/claims.js';
import { poolPlans } from './scenarios/pool-plans.js';
import { replacements } from './scenarios/replacements.js';
import { changeToRun, manyKeys, noopReconciles } from './scenarios/reconciles.js';
import type { Scenario } from './scenarios/scenario.js';
import { oneWatcher, thousandWatchers } from './scenarios/watches.js';

const SCENARIOS: readonly Scenario[] = [
  ...creates.flatMap((scenario, i) => [scenario, logAppends[i] as Scenario, etcdCreates[i] as Scenario]),
  gets,
  transactions,
  lists,
  oneWatcher,
  thousandWatchers,
  rowAlone,
  rowUnderLoad,
  eventLag,
  rebuild,
  noopReconciles,
  changeToRun,
  poolPlans,
  warmClaims,
  replacements,
  // These end processes: what comes after them begins cold.
  takeOver,
  startAndIdleMemory,
  manyObjects,
  manyKeys,
];

interface Options {
  readonly runs: number;
  readonly seconds: number;
  readonly only?: string;
  readonly output: 'table' | 'json';
}

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
};

const program = new Command('bench')
  .description('Measures a stack of its own; every write is fsynced, all on this machine.')
  .option('--runs <n>', 'runs of each scenario, in turn', positive, 3)
  .option('--seconds <n>', 'length of each closed loop', positive, 2)
  .option('--only <text>', 'only scenarios whose name contains the text')
  .option('-o, --output <form>', 'table or json (which also says each run)', 'table')
  .action(async (options: Options) => {
    const results = new Results();
    const bench = await startBenchStack();
    try {
      await runAll(bench, options, results);
    } finally {
      await bench.stop();
    }
    addEtcdRatio(results);
    const rows = results.rows();
    process.stdout.write(`${options.output === 'json' ? JSON.stringify({ rows }, null, 2) : renderTable(rows)}\n`);
  });

const runAll = async (bench: BenchStack, { runs, seconds, only }: Options, results: Results): Promise<void> => {
  const chosen = SCENARIOS.filter(({ name }) => only === undefined || name.includes(only));
  const begun = performance.now();
  for (let run = 1; run <= runs; run++) {
    await warmUp(bench, run === 1 ? FROM_COLD : WARM_AGAIN);
    for (const scenario of chosen) {
      if (scenario.last === true && run < runs) continue;
      const elapsed = Math.round((performance.now() - begun) / 1_000);
      process.stderr.write(`${String(elapsed).padStart(4)} s  run ${run} of ${runs}  ${scenario.name}\n`);
      results.add(await scenario.run(bench, seconds));
    }
  }
};

/** Ours against the peer's in the same run. */
const addEtcdRatio = (results: Results): void => {
  for (const clients of ['1 client', '16 clients', '64 clients', '256 clients']) {
    const ours = results.samplesOf(`creates/s, ${clients}`);
    const peers = results.samplesOf(`etcd creates/s, ${clients}`);
    peers.forEach((peer, run) => {
      const our = ours[run];
      if (our !== undefined) results.add({ [`etcd ratio, ${clients}`]: our / peer });
    });
  }
};

await program.parseAsync();
