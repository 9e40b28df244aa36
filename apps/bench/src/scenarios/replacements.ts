/** How soon a claim is made good: from its answer to the dispatch of the build that takes its place. */
import { JOB_SUBJECTS } from '@holdfast/contracts';

import { startBenchStack } from '../bench-stack.js';
import { HttpConnection } from '../load/http-connection.js';
import { claimOn, PoolWriter } from '../pools.js';
import { percentile } from '../statistics.js';
import type { Scenario } from './scenario.js';

const PRESET = 'refilled';
const INSTANCES = 5;
const WARM_UP_CLAIMS = 100;
const CLAIMS = 100;
const LIMIT_MS = 30_000;

export const replacements: Scenario = {
  name: 'replacements of claimed workspaces',
  run: async () => {
    const own = await startBenchStack();
    const connection = await HttpConnection.open(own.endpoint);
    const writer = await PoolWriter.open(own);
    const jobs = new StartJobs(writer);
    try {
      await writer.preset(PRESET, { instances: INSTANCES });
      for (let i = 0; i < INSTANCES; i++) await writer.finish((await jobs.next()).workspace);
      const took: number[] = [];
      for (let i = 0; i < WARM_UP_CLAIMS + CLAIMS; i++) {
        const { status, body } = await connection.request(claimOn(PRESET));
        const answeredAt = performance.now();
        if (status !== 201 || !body.includes('"source":"warm"'))
          throw new Error(`HTTP ${status}: ${body.toString('utf8', 0, 500)}`);
        const { workspace, dispatchedAt } = await jobs.next();
        if (i >= WARM_UP_CLAIMS) took.push(Math.max(dispatchedAt - answeredAt, 0));
        await writer.finish(workspace);
      }
      return {
        'claim to dispatch of its replacement p50': percentile(took, 0.5),
        'claim to dispatch of its replacement p99': percentile(took, 0.99),
      };
    } finally {
      connection.close();
      await writer.close();
      await own.stop();
    }
  },
};

interface StartJob {
  readonly workspace: string;
  readonly dispatchedAt: number;
}

/** The jobs that start workspaces, each once, in the order of their dispatch. */
class StartJobs {
  private readonly seen = new Set<string>();
  private readonly ready: StartJob[] = [];
  private waiting: ((job: StartJob) => void) | undefined;

  constructor({ nc }: PoolWriter) {
    nc.subscribe(JOB_SUBJECTS, {
      callback: (error, msg) => {
        if (error === null) this.take(msg.json<{ readonly name: string; readonly transition: string }>());
      },
    });
  }

  async next(): Promise<StartJob> {
    const [job] = this.ready.splice(0, 1);
    if (job !== undefined) return job;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no job within ${LIMIT_MS} ms`)), LIMIT_MS);
      this.waiting = (found) => {
        clearTimeout(timer);
        resolve(found);
      };
    });
  }

  private take({ name, transition }: { readonly name: string; readonly transition: string }): void {
    if (transition !== 'start' || this.seen.has(name)) return;
    this.seen.add(name);
    const job = { workspace: name, dispatchedAt: performance.now() };
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting === undefined) this.ready.push(job);
    else waiting(job);
  }
}
