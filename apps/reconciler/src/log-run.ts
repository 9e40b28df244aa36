/** One log line for each run, with its ids and its outcome. */
import { keyText } from '@holdfast/contracts';
import { traceIdOf } from '@holdfast/nest-platform';
import type { Logger } from '@holdfast/nest-platform';
import { isConflict } from '@holdfast/reconcile';
import type { Outcome, RunReport } from '@holdfast/reconcile';

export const logRun = (logger: Logger, report: RunReport): void => {
  const { id, controller, key, reason, outcome, attempt, durationMs, cause, fence, traceparent } = report;
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
    traceID: traceIdOf(traceparent),
  };
  if (isConflict(outcome)) logger.debug(fields, messageOf(outcome));
  else if (outcome.kind === 'retry' || outcome.kind === 'stalled') logger.warn(fields, messageOf(outcome));
  else logger.debug(fields, messageOf(outcome));
};

const messageOf = (outcome: Outcome): string => {
  if (outcome.kind === 'retry') return outcome.error.message;
  if (outcome.reason === undefined) return 'reconciled';
  return `${outcome.reason}: ${outcome.message ?? ''}`;
};
