import { RUN_SCHEMA_VERSION } from '@holdfast/contracts';
import type { RunRecord } from '@holdfast/contracts';
import type { Outcome, RunReport } from '@holdfast/reconcile';

const LONGEST_MESSAGE = 1_024;

/** Whether the run did, found or met anything. */
export const isEventful = ({ attempt, outcome, writes }: RunReport): boolean =>
  writes.length > 0 || attempt > 0 || (outcome.kind !== 'done' && outcome.kind !== 'after');

/** Whether an event woke it, rather than a resync or an interval. */
export const hasNews = ({ reason }: RunReport): boolean => reason === 'Change' || reason === 'Retry';

/** What is kept of a run; `uid` is that of its object, where there still is one. */
export const recordOf = (run: RunReport, uid: string | undefined): RunRecord => ({
  schema: RUN_SCHEMA_VERSION,
  id: run.id,
  controller: run.controller,
  object: { ...run.key, ...(uid === undefined ? {} : { uid }) },
  reason: run.reason,
  attempt: run.attempt,
  ...(run.fence === undefined ? {} : { epoch: run.fence.epoch }),
  ...(run.cause === undefined
    ? {}
    : { cause: { resourceVersion: String(run.cause.version), correlationID: run.cause.correlationID } }),
  traceparent: run.traceparent,
  startedAt: run.startedAt.toISOString(),
  waitedMs: tenths(run.waitedMs),
  durationMs: tenths(run.durationMs),
  outcome: outcomeOf(run.outcome),
  ...(run.againInMs === undefined ? {} : { againInMs: Math.round(run.againInMs) }),
  writes: run.writes.map(String),
});

const outcomeOf = (outcome: Outcome): RunRecord['outcome'] => {
  const { kind } = outcome;
  if (kind === 'retry') {
    const { name, message } = outcome.error;
    return { kind, reason: name, message: message.slice(0, LONGEST_MESSAGE) };
  }
  if (outcome.reason === undefined) return { kind };
  return { kind, reason: outcome.reason, message: (outcome.message ?? '').slice(0, LONGEST_MESSAGE) };
};

const tenths = (ms: number): number => Math.max(0, Math.round(ms * 10) / 10);
