/** Start, memory, and the death of the transactor. */
import { HttpConnection } from '../load/http-connection.js';
import { runClosedLoop } from '../load/closed-loop.js';
import { startBenchStack } from '../bench-stack.js';
import type { BenchStack } from '../bench-stack.js';
import { FROM_COLD, warmUp } from './http-writes-and-reads.js';
import { residentMegabytes } from '../resident-memory.js';
import { createWidget, fill } from '../widgets.js';
import type { Scenario } from './scenario.js';

const FEW_OBJECTS = 1_000;
const MANY_OBJECTS = 100_000;
const SERVICES = ['api-gateway', 'resource-store', 'reconciler', 'prebuild-orchestrator', 'provisioner'];

/** On a stack of its own: idle services hold nothing but themselves. */
export const startAndIdleMemory: Scenario = {
  name: 'start and idle memory',
  run: async () => {
    const own = await startBenchStack();
    try {
      const memory = await Promise.all(SERVICES.map((service) => residentMegabytes(own, service)));
      return {
        'first start to ready': own.firstStartMs / 1_000,
        'start to ready': (await own.restart()) / 1_000,
        'memory of four services, idle': memory.reduce((sum, megabytes) => sum + megabytes, 0),
      };
    } finally {
      await own.stop();
    }
  },
};

export const takeOver: Scenario = {
  name: 'take-over after kill -9',
  run: async (bench) => {
    const store = bench.stack.describe().processes.find(({ name }) => name === 'resource-store');
    if (store === undefined) throw new Error('no resource-store is running');
    const connection = await HttpConnection.open(bench.endpoint);
    try {
      process.kill(store.pid, 'SIGKILL');
      const killedAt = performance.now();
      for (;;) {
        const { status } = await connection.request(createWidget('default', bench.names.fresh()));
        if (status === 201) return { 'take-over after kill -9': (performance.now() - killedAt) / 1_000 };
        if (performance.now() - killedAt > 60_000) throw new Error(`still HTTP ${status} after a minute`);
      }
    } finally {
      connection.close();
    }
  },
};

/** On a stack of its own, since it is about how many objects there are. */
export const manyObjects: Scenario = {
  name: '100,000 objects',
  last: true,
  run: async (_bench, seconds) => {
    const own = await startBenchStack();
    try {
      await fill(own.endpoint, 'default', own.names, FEW_OBJECTS);
      await warmUp(own, FROM_COLD);
      const few = await creates(own, seconds);
      await fill(own.endpoint, 'default', own.names, MANY_OBJECTS - own.names.count);
      const many = await creates(own, seconds);
      return {
        'store memory, 100,000 objects': await residentMegabytes(own, 'resource-store'),
        'gateway memory, 100,000 objects': await residentMegabytes(own, 'api-gateway'),
        'cost per write, 100,000 against 1,000 objects': few / many,
      };
    } finally {
      await own.stop();
    }
  },
};

const creates = async ({ endpoint, names }: BenchStack, seconds: number): Promise<number> => {
  const result = await runClosedLoop({
    endpoint,
    clients: 64,
    warmUpMs: 700,
    measureMs: seconds * 1_000,
    next: () => createWidget('default', names.fresh()),
    expect: [201],
  });
  return result.perSecond;
};
