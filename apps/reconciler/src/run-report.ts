/** One log line and the metrics of each run, by its outcome. */
import { keyText } from '@holdfast/contracts';
import { LATENCY_BUCKETS, METRIC_PREFIX, traceIdOf } from '@holdfast/nest-platform';
import type { Logger } from '@holdfast/nest-platform';
import type { Controller, Outcome, RunReport } from '@holdfast/reconcile';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

export const createRunReporter = (logger: Logger, metrics: Registry): ((report: RunReport) => void) => {
  const labelNames = ['controller', 'outcome'] as const;
  const total = new Counter({
    name: `${METRIC_PREFIX}reconcile_total`,
    help: 'Runs of reconcilers by outcome.',
    labelNames,
    registers: [metrics],
  });
  const duration = new Histogram({
    name: `${METRIC_PREFIX}reconcile_duration_seconds`,
    help: 'Duration of the runs of reconcilers by outcome.',
    labelNames,
    buckets: LATENCY_BUCKETS,
    registers: [metrics],
  });
  return (report) => {
    const labels = { controller: report.controller, outcome: report.outcome.kind };
    total.inc(labels);
    duration.observe(labels, report.durationMs / 1_000);
    logRun(logger, report);
  };
};

/** Shows how many keys wait in each controller's queue. */
export const watchQueues = (controllers: readonly Controller[], metrics: Registry): void => {
  new Gauge({
    name: `${METRIC_PREFIX}workqueue_depth`,
    help: 'Keys that wait for their run.',
    labelNames: ['controller'],
    registers: [metrics],
    collect() {
      for (const { definition, queue } of controllers) this.set({ controller: definition.name }, queue.depth);
    },
  });
};

const logRun = (logger: Logger, report: RunReport): void => {
  const { id, controller, key, reason, outcome, attempt, durationMs, cause, fence } = report;
  const fields = {
    run: id,
    controller,
    key: keyText(key),
    reason,
    outcome: outcome.kind,
    attempt,
    durationMs: Math.round(durationMs * 10) / 10,
    writes: report.writes.length,
    ...(fence === undefined ? {} : { epoch: fence.epoch }),
    ...(cause === undefined ? {} : { causationID: String(cause.version), correlationID: cause.correlationID }),
    ...(cause?.traceparent === undefined ? {} : { traceID: traceIdOf(cause.traceparent) }),
  };
  if (outcome.kind === 'retry') logger.warn(fields, outcome.error.message);
  else if (outcome.kind === 'stalled') logger.warn(fields, `${outcome.reason}: ${outcome.message}`);
  else logger.debug(fields, messageOf(outcome));
};

const messageOf = (outcome: Exclude<Outcome, { kind: 'retry' | 'stalled' }>): string =>
  outcome.kind === 'waiting' ? `${outcome.reason}: ${outcome.message}` : 'reconciled';
