/** Prometheus metrics of one process; every name begins with `holdfast_`. */
import { collectDefaultMetrics, Registry } from 'prom-client';

export const METRIC_PREFIX = 'holdfast_';

/** Seconds; from half a millisecond, since that is where a durable write begins, to the longest deadline. */
export const LATENCY_BUCKETS = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** A registry with memory, CPU and event-loop delay of this process in it. */
export const createMetrics = (service: string): Registry => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, prefix: METRIC_PREFIX });
  return registry;
};
