/** Through HTTPS: creates, gets and transactions in a closed loop. */
import type { BenchStack } from '../bench-stack.js';
import { runClosedLoop } from '../load/closed-loop.js';
import { CLIENT_COUNTS } from '../measures.js';
import { createInTransaction, createWidget, getWidget } from '../widgets.js';
import { clientsText } from './scenario.js';
import type { Scenario } from './scenario.js';

const WARM_UP_MS = 700;
const OBJECTS_PER_TRANSACTION = 100;

interface WarmUp {
  readonly createsMs: number;
  readonly getsMs: number;
}

/** Until the compilers of all processes have done with the hot path: throughput still grows after ten seconds. */
export const FROM_COLD: WarmUp = { createsMs: 12_000, getsMs: 4_000 };
export const WARM_AGAIN: WarmUp = { createsMs: 3_000, getsMs: 3_000 };

/** Runs the hot path before anything is measured. */
export const warmUp = async ({ endpoint, names }: BenchStack, { createsMs, getsMs }: WarmUp): Promise<void> => {
  const common = { endpoint, clients: 64, warmUpMs: 0 };
  const create = () => createWidget('default', names.fresh());
  const get = () => getWidget('default', names.known(7));
  await runClosedLoop({ ...common, measureMs: createsMs, next: create, expect: [201] });
  await runClosedLoop({ ...common, measureMs: getsMs, next: get, expect: [200, 404] });
};

export const creates: readonly Scenario[] = CLIENT_COUNTS.map((clients) => ({
  name: `creates, ${clientsText(clients)}`,
  run: async ({ endpoint, names }, seconds) => {
    const result = await runClosedLoop({
      endpoint,
      clients,
      warmUpMs: WARM_UP_MS,
      measureMs: seconds * 1_000,
      next: () => createWidget('default', names.fresh()),
      expect: [201],
    });
    return {
      [`creates/s, ${clientsText(clients)}`]: result.perSecond,
      [`create p50, ${clientsText(clients)}`]: result.p50,
      [`create p99, ${clientsText(clients)}`]: result.p99,
    };
  },
}));

export const gets: Scenario = {
  name: 'gets, 64 clients',
  run: async ({ endpoint, names }, seconds) => {
    let index = 0;
    const result = await runClosedLoop({
      endpoint,
      clients: 64,
      warmUpMs: WARM_UP_MS,
      measureMs: seconds * 1_000,
      next: () => getWidget('default', names.known((index += 7_919))),
      expect: [200, 404],
    });
    return {
      'gets/s, 64 clients': result.perSecond,
      'get p50, 64 clients': result.p50,
      'get p99, 64 clients': result.p99,
    };
  },
};

export const transactions: Scenario = {
  name: 'transactions of 100',
  run: async ({ endpoint, names }, seconds) => {
    const result = await runClosedLoop({
      endpoint,
      clients: 4,
      warmUpMs: WARM_UP_MS,
      measureMs: seconds * 1_000,
      next: () =>
        createInTransaction(
          'default',
          Array.from({ length: OBJECTS_PER_TRANSACTION }, () => names.fresh()),
        ),
      expect: [200, 201],
      weight: OBJECTS_PER_TRANSACTION,
    });
    return { 'objects/s in transactions of 100': result.perSecond };
  },
};
