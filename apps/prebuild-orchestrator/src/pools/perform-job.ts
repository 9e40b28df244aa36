/** Carries jobs out. Whatever is not as it was seen any more is left alone: the next plan begins with what is so then. */
import type { CommandSender } from '@holdfast/command-client';
import type { ObjectKey, TransactionOperation } from '@holdfast/contracts';
import { createOperation, patchOperation, serviceCommand, statusOperation } from '@holdfast/control-loop';
import type { EventRecorder } from '@holdfast/control-loop';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import { POOL_DECISIONS, WORKSPACE_FINALIZER, WORKSPACES } from '@holdfast/prebuild';
import type { PrebuildKind } from '@holdfast/prebuild';
import { keyOf, uidOf } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';

import { cancelBuild } from '../builds/apply-report.js';
import { withQueuedBuild } from '../builds/queued-build.js';
import { workspaceOf } from '../builds/workspace.js';
import { SERVICE } from '../leader/leadership.js';
import type { Piece } from '../leader/orchestrator-part.js';
import type { JobResult } from './executions.js';
import { isUrgent } from './jobs.js';
import type { FinalizersJob, Job, NewStatus, NewWorkspace, PoolJob, RemovalJob, StatusJob, Told } from './jobs.js';

const VERSION = 'v1';
/** Writes of one job that are on their way at once. */
const AT_ONCE = 16;
/** A transaction stays far from what one may have. */
const CREATED_AT_ONCE = 100;
/** What is only said, such as how many are ready, is said again after this long at the earliest. */
const REST_MS = 250;
const LOOK_RETRY_MS = 250;

export interface JobContext {
  readonly job: Job;
  /** The version of the objects that the job was planned with. */
  readonly version: number;
  readonly piece: Piece;
  readonly events: EventRecorder;
  readonly client: CommandSender;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** So many were created. */
  readonly onCreated: (count: number) => void;
}

export const performJob = async (context: JobContext): Promise<JobResult> => {
  const { job, piece, version } = context;
  const outcomes = await outcomesOf(job, context);
  await piece.write.settled();
  const written = Math.max(version, ...piece.write.versions);
  const refusals = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal]));
  // Nobody knows whether these happened: the end of the log, looked up now, shows it.
  const seen = refusals.some(isUnknown) ? await endOfLog(context) : written;
  const failure = refusals.find((refusal) => !isOvertaken(refusal));
  return {
    version: Math.max(written, seen),
    ...(isUrgent(job) ? {} : { restMs: REST_MS }),
    ...(failure === undefined ? {} : { failure: failure.message }),
  };
};

type Outcome = { readonly ok: true } | { readonly ok: false; readonly refusal: Refusal };

const outcomesOf = (job: Job, context: JobContext): Promise<readonly Outcome[]> => {
  switch (job.kind) {
    case 'pool':
      return changePool(job, context);
    case 'status':
      return writeStatus(job, context);
    case 'finalizers':
      return writeFinalizers(job, context);
    case 'removal':
      return remove(job, context);
  }
};

/** What is not on record is not done; what is created is on record in the same moment. */
const changePool = async (job: PoolJob, context: JobContext): Promise<readonly Outcome[]> => {
  const { cancels, deletes } = job;
  const record = recordOf(job);
  if (cancels.length + deletes.length === 0) return fillPool(job, record, context);
  const recorded = await transact(record, context);
  if (!recorded.ok) return [recorded];
  tellStatus(job, context);
  const cancelled = await each(cancels, (state) => cancel(state, context));
  const deleted = await each(deletes, (state) => context.piece.write.deleteUnchanged(state, VERSION));
  const count = deleted.filter(({ ok }) => ok).length;
  if (count > 0) tell(job.preset, normal('Deleted', `deleted ${count} of version ${job.version}`), context);
  return [...cancelled, ...deleted, ...(await fillPool({ ...job, status: undefined }, [], context))];
};

const fillPool = async (
  job: PoolJob,
  record: readonly TransactionOperation[],
  context: JobContext,
): Promise<readonly Outcome[]> => {
  const first = job.creates.slice(0, CREATED_AT_ONCE);
  const created = await transact([...record, ...first.map((workspace) => creation(job, workspace, context))], context);
  if (!created.ok) return [created, ...(await tellFailure(job, record, created.refusal, context))];
  tellStatus(job, context);
  tellCreated(job, first.length, context);
  const rest = job.creates.slice(CREATED_AT_ONCE);
  return rest.length === 0 ? [created] : [created, ...(await fillPool({ ...job, creates: rest }, [], context))];
};

/** Nothing was created for a reason that the next plan does not see: that is on record, too. */
const tellFailure = async (
  job: PoolJob,
  record: readonly TransactionOperation[],
  refusal: Refusal,
  context: JobContext,
): Promise<readonly Outcome[]> => {
  if (job.creates.length === 0 || isOvertaken(refusal)) return [];
  tell(job.preset, warning('CreateFailed', refusal.message.replace(OPERATION, '')), context);
  return isUnknown(refusal) ? [] : [await transact(record, context)];
};

/** What a transaction puts before the words of the operation that was refused. */
const OPERATION = /^operations\[\d+\]: /;

const transact = async (operations: readonly TransactionOperation[], { piece }: JobContext): Promise<Outcome> =>
  operations.length === 0 ? { ok: true } : piece.write.transact(operations);

/** The decision, and what the preset says of it: both rest on the objects as they were seen. */
const recordOf = ({ namespace, decision, status }: PoolJob): readonly TransactionOperation[] => [
  ...(decision === undefined ? [] : [decisionOperation(namespace, decision)]),
  ...(status === undefined ? [] : [statusOperation(status.state, VERSION, status.status)]),
];

const decisionOperation = (
  namespace: string,
  { recorded, name, spec }: NonNullable<PoolJob['decision']>,
): TransactionOperation => {
  const key = keyOf(POOL_DECISIONS, namespace, name);
  if (recorded === undefined) return createOperation(key, VERSION, objectOf(POOL_DECISIONS, key, { spec }));
  const metadata = { resourceVersion: String(recorded.version) };
  return patchOperation(key, VERSION, { metadata, spec });
};

const creation = ({ namespace }: PoolJob, { name, spec }: NewWorkspace, { now }: JobContext): TransactionOperation => {
  const key = keyOf(WORKSPACES, namespace, name);
  const metadata = { namespace, name, uid: '', generation: 1, finalizers: [WORKSPACE_FINALIZER] };
  const status = withQueuedBuild({ metadata, spec, status: {} }, now());
  const object = objectOf(WORKSPACES, key, { spec, status }, [WORKSPACE_FINALIZER]);
  return createOperation(key, VERSION, object, { keepsStatus: true });
};

/** What a worker has begun meanwhile is not as it was seen: it goes on, and is deleted when it is done. */
const cancel = (state: ObjectState, { piece, now }: JobContext): Promise<Outcome> => {
  const workspace = workspaceOf(state);
  const status = cancelBuild(workspace, 'its pool is not active any more', now());
  // Of one without a build nothing is left to keep.
  if (status === undefined) return piece.write.deleteUnchanged(state, VERSION);
  return piece.write.updateStatus(state, VERSION, status as JsonObject);
};

const writeStatus = async (job: StatusJob, context: JobContext): Promise<readonly Outcome[]> => {
  const result = await context.piece.write.updateStatus(job.state, VERSION, job.status);
  if (result.ok) tellStatus({ status: job }, context);
  return [result];
};

const writeFinalizers = async (
  { state, finalizers }: FinalizersJob,
  { piece }: JobContext,
): Promise<readonly Outcome[]> => {
  const metadata = { resourceVersion: String(state.version), finalizers };
  return [await piece.write.patch(state.key, VERSION, { metadata })];
};

const remove = ({ states }: RemovalJob, { piece }: JobContext): Promise<readonly Outcome[]> =>
  each(states, (state) => piece.write.deleteUnchanged(state, VERSION));

/** Some at a time; all are tried, whatever comes of the others. */
const each = async <T>(items: readonly T[], write: (item: T) => Promise<Outcome>): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    outcomes.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(write))));
  return outcomes;
};

const objectOf = (
  { group, version, kind }: PrebuildKind<object, object>,
  { namespace, name }: ObjectKey,
  members: object,
  finalizers?: readonly string[],
) => ({
  apiVersion: `${group}/${version}`,
  kind,
  metadata: { name, namespace, ...(finalizers === undefined ? {} : { finalizers }) },
  ...members,
});

const tellStatus = ({ status }: { readonly status: NewStatus | undefined }, context: JobContext): void => {
  for (const one of status?.told ?? []) tell(status?.state, one, context);
};

const tellCreated = ({ preset, version }: PoolJob, count: number, context: JobContext): void => {
  context.onCreated(count);
  if (count > 0) tell(preset, normal('Created', `creates ${count} of version ${version}`), context);
};

const normal = (reason: string, message: string): Told => ({ type: 'Normal', reason, message });
const warning = (reason: string, message: string): Told => ({ type: 'Warning', reason, message });

const tell = (object: ObjectState | undefined, told: Told, { piece: { run }, events }: JobContext): void => {
  if (object === undefined) return;
  const observation = { controller: run.controller, key: object.key, uid: uidOf(object), ...told };
  events.record({ observation, object, run });
};

/** Others were faster, or did the same before: what is so now is for the next plan. */
const isOvertaken = ({ reason }: Refusal): boolean =>
  reason === 'Conflict' || reason === 'NotFound' || reason === 'AlreadyExists';

const isUnknown = ({ reason }: Refusal): boolean => reason === 'Timeout' || reason === 'ServiceUnavailable';

const endOfLog = async ({ client, signal, version }: JobContext): Promise<number> => {
  while (!signal.aborted) {
    const { reply } = await client.send(serviceCommand(SERVICE, { verb: 'look' }), Buffer.alloc(0));
    if (reply.status === 'ok') return reply.version;
    await new Promise((resolve) => setTimeout(resolve, LOOK_RETRY_MS));
  }
  return version;
};
