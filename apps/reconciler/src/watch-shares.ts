import type { ShareManager } from '@holdfast/control-loop';
import { METRIC_PREFIX } from '@holdfast/nest-platform';
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** Shows how many partitions of keys this replica works on. */
export const watchShares = (registry: Registry, shares: Pick<ShareManager, 'held'>): void => {
  new Gauge({
    name: `${METRIC_PREFIX}reconciler_partitions`,
    help: 'Partitions of keys that this replica works on.',
    registers: [registry],
    collect() {
      this.set(shares.held);
    },
  });
};
