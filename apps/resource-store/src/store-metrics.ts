/** Counts what the store does, in Prometheus' terms. */
import { LATENCY_BUCKETS, METRIC_PREFIX } from '@holdfast/nest-platform';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

import type { TransactorObserver } from './transactor/transactor-observer.js';

const COMMIT_EVENTS_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Gauges that are read when somebody asks. */
export interface StoreGauges {
  readonly publisherLagEvents: () => number;
  readonly projectionLagEvents: () => number;
  readonly projectionLagSeconds: () => number;
  readonly objects: () => number;
  readonly isTransactor: () => boolean;
}

export const observeTransactor = (registry: Registry): TransactorObserver => {
  const registers = [registry];
  const appends = new Counter({
    name: `${METRIC_PREFIX}log_appends_total`,
    help: 'Commits given to the log, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const appendSeconds = new Histogram({
    name: `${METRIC_PREFIX}log_append_duration_seconds`,
    help: 'From giving a commit to the log to knowing what became of it.',
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const commitEvents = new Histogram({
    name: `${METRIC_PREFIX}log_commit_events`,
    help: 'Events in one accepted commit.',
    buckets: COMMIT_EVENTS_BUCKETS,
    registers,
  });
  const commands = new Counter({
    name: `${METRIC_PREFIX}commands_total`,
    help: 'Commands answered, by verb and outcome.',
    labelNames: ['verb', 'outcome'],
    registers,
  });
  const conflicts = new Counter({
    name: `${METRIC_PREFIX}conflicts_total`,
    help: 'Writes refused because the object had changed.',
    registers,
  });
  return {
    answered: (verb, reply) => {
      const outcome = reply.status === 'ok' ? reply.outcome : reply.refusal.reason;
      commands.inc({ verb, outcome });
      if (outcome === 'Conflict') conflicts.inc();
    },
    appended: (outcome, { seconds, events }) => {
      appends.inc({ outcome });
      appendSeconds.observe(seconds);
      if (outcome === 'accepted') commitEvents.observe(events);
    },
  };
};

export const registerGauges = (registry: Registry, gauges: StoreGauges): void => {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `${METRIC_PREFIX}${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('publisher_lag_events', 'Events of the log that are not public yet.', gauges.publisherLagEvents);
  gauge('projection_lag_events', 'Events of the log that are not rows yet.', gauges.projectionLagEvents);
  gauge('projection_lag_seconds', 'Age of the oldest commit that is not rows yet.', gauges.projectionLagSeconds);
  gauge('store_objects', 'Objects in memory.', gauges.objects);
  gauge('store_transactor', '1 where the transactor is.', () => (gauges.isTransactor() ? 1 : 0));
};
