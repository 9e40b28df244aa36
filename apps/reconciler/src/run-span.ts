import { keyText } from '@holdfast/contracts';
import type { Span } from '@holdfast/nest-platform';
import { summaryOf } from '@holdfast/reconcile';
import type { RunReport } from '@holdfast/reconcile';

/** A run as a span of the trace that its cause belongs to. */
export const spanOfRun = (report: RunReport): Span => {
  const { controller, key, outcome, cause } = report;
  const { reason, message } = summaryOf(outcome);
  return {
    name: `reconcile ${controller}`,
    kind: 'consumer',
    traceparent: report.traceparent,
    parent: cause?.traceparent,
    startMs: report.startedAt.getTime(),
    durationMs: report.durationMs,
    attributes: {
      'holdfast.run': report.id,
      'holdfast.object': keyText(key),
      'holdfast.reason': report.reason,
      'holdfast.attempt': report.attempt,
      'holdfast.outcome': outcome.kind,
      'holdfast.writes': report.writes.length,
      ...(cause === undefined ? {} : { 'holdfast.cause': String(cause.version) }),
    },
    ...(outcome.kind === 'retry' ? { error: `${reason}: ${message}` } : {}),
  };
};
