/** What is measured, in which unit, and the figure to reach. */
export interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly goal?: Goal;
}

export type Goal = { readonly atLeast: number } | { readonly below: number };

const measure = (name: string, unit: string, goal?: Goal): Measure =>
  goal === undefined ? { name, unit } : { name, unit, goal };

export const CLIENT_COUNTS = [1, 16, 64, 256] as const;

const GOALS_OF_LOADS: Readonly<Record<string, Goal>> = {
  'creates/s, 16 clients': { atLeast: 3_000 },
  'creates/s, 64 clients': { atLeast: 6_000 },
  'create p50, 1 client': { below: 2 },
  'create p99, 1 client': { below: 8 },
  'create p99, 64 clients': { below: 40 },
  'gets/s, 64 clients': { atLeast: 8_000 },
  'get p50, 64 clients': { below: 6 },
  'etcd ratio, 64 clients': { atLeast: 1 },
  'warm claim p50, 16 clients': { below: 10 },
  'warm claim p99, 16 clients': { below: 30 },
};

const perClients = (plural: string, singular: string, counts: readonly number[]): Measure[] =>
  counts.flatMap((clients) => {
    const suffix = clients === 1 ? '1 client' : `${clients} clients`;
    return [
      [`${plural}/s, ${suffix}`, '/s'],
      [`${singular} p50, ${suffix}`, 'ms'],
      [`${singular} p99, ${suffix}`, 'ms'],
    ].map(([name = '', unit = '']) => measure(name, unit, GOALS_OF_LOADS[name]));
  });

/** In the order in which they are shown. */
export const MEASURES: readonly Measure[] = [
  ...perClients('creates', 'create', CLIENT_COUNTS),
  ...perClients('log appends', 'log append', CLIENT_COUNTS),
  ...perClients('etcd creates', 'etcd create', CLIENT_COUNTS),
  ...CLIENT_COUNTS.map((clients) => {
    const name = `etcd ratio, ${clients === 1 ? '1 client' : `${clients} clients`}`;
    return measure(name, '×', GOALS_OF_LOADS[name]);
  }),
  measure('objects/s in transactions of 100', '/s', { atLeast: 15_000 }),
  ...perClients('gets', 'get', [64]),
  measure('list of 10,000', 'ms', { below: 300 }),
  measure('list of 10,000, first byte', 'ms', { below: 20 }),
  measure('write to watch p50, 500 writes/s', 'ms', { below: 5 }),
  measure('write to watch p99, 500 writes/s', 'ms', { below: 15 }),
  measure('1,000 watchers p99, 200 writes/s', 'ms', { below: 100 }),
  measure('write p99 beside 1,000 watchers', 'ms', { below: 50 }),
  measure('write to row p50, alone', 'ms', { below: 5 }),
  measure('write to row p50, under load', 'ms', { below: 30 }),
  measure('public event lag p99, 2,000 writes/s', 'ms', { below: 250 }),
  measure('rebuild events/s', '/s', { atLeast: 40_000 }),
  measure('no-op reconciles/s', '/s', { atLeast: 10_000 }),
  measure('change to run p50, 200 changes/s', 'ms'),
  measure('change to run p99, 200 changes/s', 'ms', { below: 20 }),
  measure('a change during the resync of 10,000 keys', 'ms', { below: 100 }),
  measure('a rack beside 1,000 failing ones, ready', 'ms'),
  measure('garbage collected objects/s', '/s'),
  measure('reconciler memory per 10,000 keys', 'MB'),
  measure('plan of 1,000 pools of 50 workspaces', 'ms', { below: 100 }),
  ...perClients('warm claims', 'warm claim', [1, 16, 64]),
  measure('claim to dispatch of its replacement p50', 'ms', { below: 100 }),
  measure('claim to dispatch of its replacement p99', 'ms'),
  measure('take-over after kill -9', 's', { below: 5 }),
  measure('first start to ready', 's', { below: 5 }),
  measure('start to ready', 's', { below: 5 }),
  measure('memory of four services, idle', 'MB', { below: 450 }),
  measure('store memory, 100,000 objects', 'MB', { below: 400 }),
  measure('gateway memory, 100,000 objects', 'MB', { below: 200 }),
  measure('cost per write, 100,000 against 1,000 objects', '×', { below: 1.2 }),
];

export const isReached = (goal: Goal, value: number): boolean =>
  'atLeast' in goal ? value >= goal.atLeast : value < goal.below;
