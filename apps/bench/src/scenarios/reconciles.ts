/** Reconcilers: how soon a change is served, also in the middle of a storm, and what failing and going away cost. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { parseRunRecord, RUNS_SUBJECTS } from '@holdfast/contracts';
import type { RunRecord } from '@holdfast/contracts';
import { connectNats } from '@holdfast/nest-platform';
import { ALL_SHARES, Controller, done, keyOf, ObjectCache, watchFor } from '@holdfast/reconcile';
import type { Kind, ObjectState } from '@holdfast/reconcile';
import { parseAllDocuments } from 'yaml';

import { startBenchStack } from '../bench-stack.js';
import type { BenchStack } from '../bench-stack.js';
import { HttpConnection } from '../load/http-connection.js';
import type { HttpResponse } from '../load/http-connection.js';
import { runPaced } from '../load/paced-writers.js';
import { residentMegabytes } from '../resident-memory.js';
import { percentile } from '../statistics.js';
import { createNamespace } from '../widgets.js';
import type { Scenario } from './scenario.js';

const WIDGETS: Kind = { group: 'bench.holdfast.dev', version: 'v1', resource: 'widgets', kind: 'Widget' };
const KEYS = 10_000;
const INVENTORY = '/apis/inventory.holdfast.dev/v1';
const TEMPLATES = `${INVENTORY}/namespaces/default/racktemplates`;
const MANIFEST = resolve(import.meta.dirname, '../../../../examples/rack/manifests/1-kinds.yaml');
const WARM_TEMPLATES = 50;
const CHANGES_PER_SECOND = 200;
const FAILING = 1_000;
const LIMIT_MS = 120_000;

/** The queue, a run that finds nothing to do, and its report: no store, no network. */
export const noopReconciles: Scenario = {
  name: 'no-op reconciles',
  run: async (_bench, seconds) => {
    const cache = new ObjectCache();
    let runs = 0;
    const controller = new Controller(
      {
        name: 'bench',
        concurrency: 4,
        watches: [watchFor(WIDGETS)],
        reconcile: (run) => Promise.resolve(run.read.get(run.key) === undefined ? { kind: 'after', ms: 1 } : done),
      },
      {
        clock: { now: () => performance.now(), after: (ms, callback) => cancellable(setTimeout(callback, ms)) },
        random: Math.random,
        newId: () => String(runs),
        newSpan: () => '',
        wallClock: () => new Date(),
        read: cache,
        shares: ALL_SHARES,
        queueObserver: { added: ignore, taken: ignore, finished: ignore, retried: ignore },
        writerFor: () => NO_WRITER,
        report: () => (runs += 1),
        watchFailed: ignore,
      },
    );
    const states = Array.from({ length: KEYS }, (_, i) => widgetState(`w-${i}`));
    for (const state of states) cache.put(state);
    controller.start();
    const until = performance.now() + seconds * 1_000;
    const begun = performance.now();
    for (let version = 1; performance.now() < until; version++) {
      for (const state of states) controller.observe({ key: state.key, after: state }, { version, correlationID: '' });
      while (controller.queue.depth > 0) await new Promise((resolve_) => setImmediate(resolve_));
    }
    const perSecond = (runs * 1_000) / (performance.now() - begun);
    await controller.stop();
    return { 'no-op reconciles/s': perSecond };
  },
};

/** On a stack of its own: from the acknowledgement of a change by the log to the beginning of its run. */
export const changeToRun: Scenario = {
  name: 'change to run',
  run: async (_bench, seconds) =>
    withRacks(async (bench, connection) => {
      await fillTemplates(connection, 'warm', WARM_TEMPLATES);
      const runs = await RunsSeen.of(bench);
      let changes = 0;
      const commits = new Map<string, number>();
      const change = () => {
        changes += 1;
        return changeOf(`warm-${changes % WARM_TEMPLATES}`, `change ${changes}`);
      };
      const events = await runs.commitTimes(commits);
      await runPaced({
        endpoint: bench.endpoint,
        perSecond: CHANGES_PER_SECOND,
        connections: 16,
        durationMs: Math.max(4_000, seconds * 2_000),
        next: change,
      });
      await settle();
      events.unsubscribe();
      const latencies = runs.latencies(commits);
      await runs.close();
      const second = latencies.slice(Math.floor(latencies.length / 2));
      return {
        'change to run p50, 200 changes/s': percentile(second, 0.5),
        'change to run p99, 200 changes/s': percentile(second, 0.99),
      };
    }),
};

/** On a stack of its own: 10,000 keys, then a restart, then what keeps failing, then what goes away. */
export const manyKeys: Scenario = {
  name: '10,000 keys',
  last: true,
  run: async () =>
    withRacks(async (bench, connection) => {
      const before = await residentMegabytes(bench, 'reconciler');
      await fillTemplates(connection, 'many', KEYS);
      const after = await residentMegabytes(bench, 'reconciler');
      const waited = await changeInStorm(bench, connection);
      const healthy = await healthyBesideFailing(connection);
      const collected = await collectDependents(bench, connection);
      return {
        'reconciler memory per 10,000 keys': after - before,
        'a change during the resync of 10,000 keys': waited,
        'a rack beside 1,000 failing ones, ready': healthy,
        'garbage collected objects/s': collected,
      };
    }),
};

const withRacks = async (
  measure: (bench: BenchStack, connection: HttpConnection) => Promise<Readonly<Record<string, number>>>,
): Promise<Readonly<Record<string, number>>> => {
  const own = await startBenchStack();
  const connection = await HttpConnection.open(own.endpoint);
  try {
    for (const document of parseAllDocuments(await readFile(MANIFEST, 'utf8')))
      await post(connection, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', document.toJS() as object);
    return await measure(own, connection);
  } finally {
    connection.close();
    await own.stop();
  }
};

const template = (name: string) => ({
  apiVersion: 'inventory.holdfast.dev/v1',
  kind: 'RackTemplate',
  metadata: { name, namespace: 'default' },
  spec: { chassisCount: 1, chassisConfig: { bladeCount: 1, bladeConfig: { nodeCount: 1, bmcMode: 'shared' } } },
});

/** Resolves once the reconciler has written the status of each. */
const fillTemplates = async (connection: HttpConnection, prefix: string, count: number): Promise<void> => {
  for (let made = 0; made < count; made += 100) {
    const names = Array.from({ length: Math.min(100, count - made) }, (_, i) => `${prefix}-${made + i}`);
    await post(connection, '/apis/holdfast.dev/v1/transactions', {
      operations: names.map((name) => ({ op: 'create', object: template(name) })),
    });
  }
  const last = `${TEMPLATES}/${prefix}-${count - 1}`;
  await until(async () => (await json(connection, last)).status !== undefined);
  await settle();
};

const changeOf = (name: string, description: string) => ({
  method: 'PATCH',
  path: `${TEMPLATES}/${name}`,
  contentType: 'application/merge-patch+json',
  body: JSON.stringify({ spec: { description } }),
});

/** The reconciler is killed, and as soon as it works on its 10,000 keys again, one of them changes. */
const changeInStorm = async (bench: BenchStack, connection: HttpConnection): Promise<number> => {
  const pid = reconcilerOf(bench).pid;
  process.kill(pid, 'SIGKILL');
  await until(() => Promise.resolve(![0, pid].includes(reconcilerOf(bench).pid)));
  const runs = await RunsSeen.of(bench);
  const commits = new Map<string, number>();
  const events = await runs.commitTimes(commits);
  // From the moment at which it holds its partitions it looks at all their keys.
  const { health } = reconcilerOf(bench);
  await until(async () => /^holdfast_reconciler_partitions\S* 64$/m.test(await metricsAt(health)));
  must(await connection.request(changeOf(`many-${KEYS / 2}`, 'a real change')));
  await until(() => Promise.resolve(runs.latencies(commits).length > 0));
  events.unsubscribe();
  const [waited = Number.NaN] = runs.latencies(commits);
  await runs.close();
  return waited;
};

/** Nothing before the process listens. */
const metricsAt = async (health: string): Promise<string> =>
  (await (await fetch(new URL('/metrics', health)).catch(() => undefined))?.text()) ?? '';

const reconcilerOf = (bench: BenchStack) => {
  const found = bench.stack.describe().processes.find(({ name }) => name === 'reconciler');
  return { pid: found?.pid ?? 0, health: found?.health ?? '' };
};

const rack = (name: string) => ({
  apiVersion: 'inventory.holdfast.dev/v1',
  kind: 'Rack',
  metadata: { name, namespace: 'default' },
  spec: { templateName: 'many-0' },
});

/** Racks whose children would have names that are too long: the store refuses them again and again. */
const healthyBesideFailing = async (connection: HttpConnection): Promise<number> => {
  const racks = `${INVENTORY}/namespaces/default/racks`;
  for (let made = 0; made < FAILING; made += 100) {
    const operations = Array.from({ length: 100 }, (_, i) => ({
      op: 'create',
      object: rack(`${'f'.repeat(245)}-${String(made + i).padStart(4, '0')}`),
    }));
    await post(connection, '/apis/holdfast.dev/v1/transactions', { operations });
  }
  const begun = performance.now();
  await post(connection, racks, rack('healthy'));
  await until(async () =>
    JSON.stringify((await json(connection, `${racks}/healthy`)).status ?? {}).includes('"Provisioned"'),
  );
  return performance.now() - begun;
};

const collectDependents = async (bench: BenchStack, connection: HttpConnection): Promise<number> => {
  await createNamespace(bench.endpoint, 'bench-gc');
  const configMaps = '/api/v1/namespaces/bench-gc/configmaps';
  const configMap = (name: string, ownerReferences: readonly object[]) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'bench-gc', ownerReferences },
  });
  const owner = await post(connection, configMaps, configMap('owner', []));
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata?.uid };
  for (let made = 0; made < KEYS; made += 100) {
    const operations = Array.from({ length: 100 }, (_, i) => ({
      op: 'create',
      object: configMap(`dependent-${made + i}`, [reference]),
    }));
    await post(connection, '/apis/holdfast.dev/v1/transactions', { operations });
  }
  const begun = performance.now();
  must(await connection.request({ method: 'DELETE', path: `${configMaps}/owner` }));
  await until(async () => (await json(connection, `${configMaps}?limit=1`)).items?.length === 0);
  return (KEYS * 1_000) / (performance.now() - begun);
};

/** Runs of one template each, as they are recorded, and when the changes that caused them were in the log. */
class RunsSeen {
  private readonly records: RunRecord[] = [];

  private constructor(private readonly nc: Awaited<ReturnType<typeof connectNats>>) {}

  static async of(bench: BenchStack): Promise<RunsSeen> {
    const nc = await connectNats({ url: bench.stack.describe().nats, name: 'bench' });
    const seen = new RunsSeen(nc);
    nc.subscribe(RUNS_SUBJECTS, {
      callback: (_error, message) => {
        const record = parseRunRecord(message.data);
        if (record?.controller === 'rack-template') seen.records.push(record);
      },
    });
    await nc.flush();
    return seen;
  }

  /** Notes the log's own time of each public event of a template's spec. */
  async commitTimes(times: Map<string, number>) {
    const subscription = this.nc.subscribe('hf.evt.inventory_holdfast_dev.racktemplates.>', {
      callback: (_error, message) => {
        const event = message.json<{ readonly id: string; readonly type: string; readonly time: string }>();
        if (event.type.endsWith('.specChanged')) times.set(event.id, Date.parse(event.time));
      },
    });
    await this.nc.flush();
    return subscription;
  }

  latencies(commits: ReadonlyMap<string, number>): readonly number[] {
    return this.records.flatMap(({ cause, startedAt }) => {
      const at = cause === undefined ? undefined : commits.get(cause.resourceVersion);
      return at === undefined ? [] : [Date.parse(startedAt) - at];
    });
  }

  close(): Promise<void> {
    return this.nc.close();
  }
}

interface Answered {
  readonly metadata?: { readonly uid?: string };
  readonly status?: object;
  readonly items?: readonly object[];
}

const must = ({ status, body }: HttpResponse): Answered => {
  if (status >= 300) throw new Error(`HTTP ${status}: ${body.toString('utf8', 0, 500)}`);
  return JSON.parse(body.toString('utf8')) as Answered;
};

const post = async (connection: HttpConnection, path: string, body: object): Promise<Answered> =>
  must(await connection.request({ method: 'POST', path, body: JSON.stringify(body) }));

const json = async (connection: HttpConnection, path: string): Promise<Answered> =>
  must(await connection.request({ method: 'GET', path }));

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + LIMIT_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('what the benchmark waits for does not happen');
    await new Promise((resolve_) => setTimeout(resolve_, 20));
  }
};

/** Whatever follows from the last write is done. */
const settle = (): Promise<void> => new Promise((resolve_) => setTimeout(resolve_, 1_000));

const ignore = (): void => undefined;
const cancellable = (timer: NodeJS.Timeout) => () => clearTimeout(timer);

const widgetState = (name: string): ObjectState => ({
  key: keyOf(WIDGETS, 'default', name),
  version: 1,
  object: { metadata: { name, namespace: 'default', uid: name } },
});

const nothing = () => Promise.reject(new Error('a no-op writes nothing'));
const NO_WRITER = {
  versions: [],
  settled: () => Promise.resolve(),
  create: nothing,
  patch: nothing,
  updateStatus: nothing,
  delete: nothing,
  finalize: nothing,
};
