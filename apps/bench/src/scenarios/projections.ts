/** From the request of a write to its row and to its public event, and the pace of a rebuild. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import { PROJECTED_SUBJECT } from '@holdfast/contracts';
import type { Projected } from '@holdfast/contracts';
import { connectNats } from '@holdfast/nest-platform';
import type { NatsConnection } from '@nats-io/transport-node';

import type { BenchStack } from '../bench-stack.js';
import { HttpConnection } from '../load/http-connection.js';
import { runPaced } from '../load/paced-writers.js';
import { percentile } from '../statistics.js';
import { createWidget } from '../widgets.js';
import type { Scenario } from './scenario.js';

const run = promisify(execFile);
const CLI = resolve(import.meta.dirname, '../../../cli/dist/main.js');
const ALONE = 200;
const LOAD_MS = 4_000;

const connectTo = (bench: BenchStack): Promise<NatsConnection> =>
  connectNats({ url: bench.stack.describe().nats, name: 'bench' });

export const rowAlone: Scenario = {
  name: 'write to row, alone',
  run: async (bench) => {
    const nc = await connectTo(bench);
    const connection = await HttpConnection.open(bench.endpoint);
    try {
      const announced = nc.subscribe(PROJECTED_SUBJECT)[Symbol.asyncIterator]();
      await nc.flush();
      const latencies: number[] = [];
      for (let i = 0; i < ALONE; i++) {
        const sentAt = performance.now();
        const { body } = await connection.request(createWidget('default', bench.names.fresh()));
        const version = versionOf(body);
        for (let seen = 0; seen < version;) {
          const next = await announced.next();
          if (next.done === true) throw new Error('the announcements ended');
          seen = next.value.json<Projected>().boundary;
        }
        latencies.push(performance.now() - sentAt);
      }
      return { 'write to row p50, alone': percentile(latencies, 0.5) };
    } finally {
      connection.close();
      await nc.close();
    }
  },
};

/** Beside 16 writers at 1,000 writes/s: how long after its answer a write's row is announced, plus the answer's time. */
export const rowUnderLoad: Scenario = {
  name: 'write to row, under load',
  run: async (bench) => {
    const nc = await connectTo(bench);
    const probe = await HttpConnection.open(bench.endpoint);
    try {
      const waiting = new Map<number, number>();
      const latencies: number[] = [];
      const subscription = nc.subscribe(PROJECTED_SUBJECT, {
        callback: (_error, message) => {
          const { boundary } = message.json<Projected>();
          for (const [version, sentAt] of waiting) {
            if (version > boundary) continue;
            waiting.delete(version);
            latencies.push(performance.now() - sentAt);
          }
        },
      });
      await nc.flush();
      const load = runPaced({
        endpoint: bench.endpoint,
        perSecond: 1_000,
        connections: 16,
        durationMs: LOAD_MS,
        next: () => createWidget('default', bench.names.fresh()),
      });
      const end = performance.now() + LOAD_MS - 500;
      while (performance.now() < end) {
        const sentAt = performance.now();
        const { body } = await probe.request(createWidget('default', bench.names.fresh()));
        waiting.set(versionOf(body), sentAt);
      }
      await load;
      subscription.unsubscribe();
      return { 'write to row p50, under load': percentile(latencies, 0.5) };
    } finally {
      probe.close();
      await nc.close();
    }
  },
};

export const eventLag: Scenario = {
  name: 'public events, 2,000 writes/s',
  run: async (bench) => {
    const nc = await connectTo(bench);
    try {
      const sentAt = new Map<string, number>();
      const latencies: number[] = [];
      nc.subscribe('hf.evt.bench_holdfast_dev.widgets.default.*', {
        callback: (_error, message) => {
          const name = message.subject.slice(message.subject.lastIndexOf('.') + 1);
          const at = sentAt.get(name);
          if (at !== undefined) latencies.push(performance.now() - at);
        },
      });
      await nc.flush();
      await runPaced({
        endpoint: bench.endpoint,
        perSecond: 2_000,
        connections: 32,
        durationMs: LOAD_MS,
        next: () => {
          const name = bench.names.fresh();
          sentAt.set(name, performance.now());
          return createWidget('default', name);
        },
      });
      return { 'public event lag p99, 2,000 writes/s': percentile(latencies.slice(latencies.length / 2), 0.99) };
    } finally {
      await nc.close();
    }
  },
};

export const rebuild: Scenario = {
  name: 'rebuild',
  run: async (bench) => {
    const { nats, database } = bench.stack.describe();
    const environment = { ...process.env, HOLDFAST_NATS_URL: nats, HOLDFAST_DATABASE_URL: database };
    const { stdout } = await run(process.execPath, [CLI, 'rebuild', '-o', 'json'], { env: environment });
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { eventsPerSecond?: number };
    if (last.eventsPerSecond === undefined) throw new Error(`rebuild did not say its rate: ${stdout.slice(-500)}`);
    return { 'rebuild events/s': last.eventsPerSecond };
  },
};

const versionOf = (body: Buffer): number => {
  const version = /"resourceVersion":"(\d+)"/.exec(body.toString('latin1'))?.[1];
  if (version === undefined) throw new Error(`no version in ${body.toString('utf8', 0, 200)}`);
  return Number(version);
};
