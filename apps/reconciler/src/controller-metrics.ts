/** Metrics of controllers, under the names that controller-runtime gives to the same things. */
import { METRIC_PREFIX } from '@holdfast/nest-platform';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

import { RunTimeout } from '@holdfast/reconcile';
import type { Controller, Outcome, QueueObserver, RunReport, WatchFailure } from '@holdfast/reconcile';

/** Seconds. */
const RUN_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
/** Seconds: from 10 nanoseconds, each ten times the one before. */
const QUEUE_BUCKETS = Array.from({ length: 12 }, (_, i) => 1e-8 * 10 ** i);

export class ControllerMetrics {
  private readonly total: Counter<'controller' | 'result'>;
  private readonly errors: Counter<'controller'>;
  private readonly terminalErrors: Counter<'controller'>;
  private readonly timeouts: Counter<'controller'>;
  private readonly watchErrors: Counter<'controller'>;
  private readonly panics: Counter<'controller'>;
  private readonly time: Histogram<'controller'>;
  private readonly adds: Counter<'name' | 'controller' | 'priority'>;
  private readonly retries: Counter<'name' | 'controller'>;
  private readonly queueDuration: Histogram<'name' | 'controller'>;
  private readonly workDuration: Histogram<'name' | 'controller'>;

  constructor(registry: Registry, controllers: () => readonly Controller[]) {
    const registers = [registry];
    const byController = { labelNames: ['controller'] as const, registers };
    const byName = { labelNames: ['name', 'controller'] as const, registers };
    this.total = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Runs by result: success, requeue_after, waiting, stalled or error.',
      labelNames: ['controller', 'result'],
      registers,
    });
    this.errors = new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Runs that went wrong.',
      ...byController,
    });
    this.terminalErrors = new Counter({
      name: 'controller_runtime_terminal_reconcile_errors_total',
      help: 'Runs after which only a changed declaration can help.',
      ...byController,
    });
    this.timeouts = new Counter({
      name: 'controller_runtime_reconcile_timeouts_total',
      help: 'Runs that took longer than they may, or whose worker did.',
      ...byController,
    });
    this.panics = new Counter({
      name: 'controller_runtime_reconcile_panics_total',
      help: 'Runs that threw, or returned no outcome.',
      ...byController,
    });
    this.watchErrors = new Counter({
      name: `${METRIC_PREFIX}reconcile_watch_errors_total`,
      help: 'Changes that a watch could not tell the keys of, because it failed.',
      ...byController,
    });
    this.time = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'How long runs take.',
      buckets: RUN_BUCKETS,
      ...byController,
    });
    this.adds = new Counter({
      name: 'workqueue_adds_total',
      help: 'Keys that began to wait.',
      labelNames: ['name', 'controller', 'priority'],
      registers,
    });
    this.retries = new Counter({
      name: 'workqueue_retries_total',
      help: 'Keys that came again after back-off.',
      ...byName,
    });
    this.queueDuration = new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long keys wait until they are taken.',
      buckets: QUEUE_BUCKETS,
      ...byName,
    });
    this.workDuration = new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long it takes from taking a key until it is done.',
      buckets: QUEUE_BUCKETS,
      ...byName,
    });
    watchState(registry, controllers);
  }

  /** Shows a controller's metrics from the start, at 0. */
  queueObserver(controller: string): QueueObserver {
    const labels = { name: controller, controller };
    for (const result of RESULTS) this.total.inc({ controller, result }, 0);
    for (const counter of [this.errors, this.terminalErrors, this.timeouts, this.panics, this.watchErrors])
      counter.inc({ controller }, 0);
    this.retries.inc(labels, 0);
    return {
      added: (priority) => this.adds.inc({ ...labels, priority }),
      taken: (waitedMs) => this.queueDuration.observe(labels, waitedMs / 1_000),
      finished: (ranMs) => this.workDuration.observe(labels, ranMs / 1_000),
      retried: () => this.retries.inc(labels),
    };
  }

  count({ controller, outcome, durationMs }: RunReport): void {
    this.total.inc({ controller, result: resultOf(outcome) });
    this.time.observe({ controller }, durationMs / 1_000);
    if (outcome.kind === 'stalled') this.terminalErrors.inc({ controller });
    if (outcome.kind !== 'retry') return;
    this.errors.inc({ controller });
    if (outcome.error instanceof RunTimeout) this.timeouts.inc({ controller });
    if (outcome.thrown === true) this.panics.inc({ controller });
  }

  countWatch({ controller }: WatchFailure): void {
    this.watchErrors.inc({ controller });
  }
}

const RESULTS = ['success', 'requeue_after', 'waiting', 'stalled', 'error'] as const;

const resultOf = ({ kind }: Outcome): (typeof RESULTS)[number] => {
  switch (kind) {
    case 'done':
      return 'success';
    case 'after':
      return 'requeue_after';
    case 'waiting':
    case 'stalled':
      return kind;
    case 'retry':
      return 'error';
  }
};

/** What is true at the moment of asking. */
const watchState = (registry: Registry, controllers: () => readonly Controller[]): void => {
  const gauge = (name: string, help: string, valueOf: (controller: Controller) => number, named = true): void => {
    new Gauge({
      name,
      help,
      labelNames: named ? ['name', 'controller'] : ['controller'],
      registers: [registry],
      collect() {
        this.reset();
        for (const one of controllers()) {
          const controller = one.definition.name;
          this.set(named ? { name: controller, controller } : { controller }, valueOf(one));
        }
      },
    });
  };
  gauge(
    'controller_runtime_max_concurrent_reconciles',
    'Runs that may go on at once.',
    ({ definition }) => definition.concurrency ?? 1,
    false,
  );
  gauge('controller_runtime_active_workers', 'Runs that go on.', ({ active }) => active, false);
  gauge('workqueue_unfinished_work_seconds', 'How long the runs that go on have taken, together.', ({ queue }) =>
    queue.runningMs().reduce((sum, ms) => sum + ms / 1_000, 0),
  );
  gauge(
    'workqueue_longest_running_processor_seconds',
    'How long the longest run has taken.',
    ({ queue }) => Math.max(0, ...queue.runningMs()) / 1_000,
  );
  new Gauge({
    name: 'workqueue_depth',
    help: 'Keys that wait for their run, by priority.',
    labelNames: ['name', 'controller', 'priority'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { definition, queue } of controllers()) {
        const labels = { name: definition.name, controller: definition.name };
        this.set({ ...labels, priority: 0 }, 0);
        for (const [priority, depth] of queue.depths()) this.set({ ...labels, priority }, depth);
      }
    },
  });
};
