/** From the moment a writer sends its request until the bytes of the event reach the watcher. */
import { HttpConnection, openStream } from '../load/http-connection.js';
import { runPaced } from '../load/paced-writers.js';
import { percentile } from '../statistics.js';
import { collection, createWidget } from '../widgets.js';
import type { Scenario } from './scenario.js';

const ONE_WATCHER_MS = 4_000;
const MANY_WATCHERS_MS = 8_000;
const MANY = 1_000;
const NAME = /"name":"(w-[0-9a-f]{8}-\d+)"/g;

/** When each object was sent; the second half of a run counts. */
class SendTimes {
  private readonly times = new Map<string, number>();
  readonly latencies: number[] = [];

  private countAfter = Number.POSITIVE_INFINITY;

  begin(durationMs: number): void {
    this.countAfter = performance.now() + durationMs / 2;
  }

  sent(name: string): string {
    this.times.set(name, performance.now());
    return name;
  }

  seen(data: Buffer): void {
    const now = performance.now();
    for (const [, name = ''] of data.toString('latin1').matchAll(NAME)) {
      const at = this.times.get(name);
      if (at !== undefined && at > this.countAfter) this.latencies.push(now - at);
    }
  }
}

const watchPath = `${collection('default')}?watch=true&resourceVersion=`;

export const oneWatcher: Scenario = {
  name: 'write to watch, 500 writes/s',
  run: async (bench) => {
    const { endpoint, names } = bench;
    const times = new SendTimes();
    const from = await newestVersion(bench);
    const socket = await openStream(endpoint, watchPath + from, (data) => times.seen(data));
    times.begin(ONE_WATCHER_MS);
    await runPaced({
      endpoint,
      perSecond: 500,
      connections: 16,
      durationMs: ONE_WATCHER_MS,
      next: () => createWidget('default', times.sent(names.fresh())),
    });
    socket.destroy();
    return {
      'write to watch p50, 500 writes/s': percentile(times.latencies, 0.5),
      'write to watch p99, 500 writes/s': percentile(times.latencies, 0.99),
    };
  },
};

export const thousandWatchers: Scenario = {
  name: '1,000 watchers, 200 writes/s',
  run: async (bench) => {
    const { endpoint, names } = bench;
    const from = await newestVersion(bench);
    const times = new SendTimes();
    const sockets = [];
    for (let i = 0; i < MANY; i += 50) {
      const some = Array.from({ length: 50 }, () => openStream(endpoint, watchPath + from, (data) => times.seen(data)));
      sockets.push(...(await Promise.all(some)));
    }
    times.begin(MANY_WATCHERS_MS);
    const writes = await runPaced({
      endpoint,
      perSecond: 200,
      connections: 16,
      durationMs: MANY_WATCHERS_MS,
      next: () => createWidget('default', times.sent(names.fresh())),
    });
    for (const socket of sockets) socket.destroy();
    return {
      '1,000 watchers p99, 200 writes/s': percentile(times.latencies, 0.99),
      'write p99 beside 1,000 watchers': percentile(writes, 0.99),
    };
  },
};

const newestVersion = async ({ endpoint }: Parameters<Scenario['run']>[0]): Promise<string> => {
  const connection = await HttpConnection.open(endpoint);
  try {
    const { body } = await connection.request({ method: 'GET', path: `${collection('default')}?limit=1` });
    const list = JSON.parse(body.toString('utf8')) as { metadata: { resourceVersion: string } };
    return list.metadata.resourceVersion;
  } finally {
    connection.close();
  }
};
