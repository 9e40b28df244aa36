/** Carries jobs out. Whatever is not as it was seen any more is left alone: the next plan begins with what is so then. */
import type { CommandSender } from '@holdfast/command-client';
import type { ObjectKey } from '@holdfast/contracts';
import { serviceCommand } from '@holdfast/control-loop';
import type { EventRecorder } from '@holdfast/control-loop';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import { POOL_DECISIONS, WORKSPACES } from '@holdfast/prebuild';
import type { PrebuildKind } from '@holdfast/prebuild';
import { keyOf, uidOf } from '@holdfast/reconcile';
import type { ObjectState, WriteResult } from '@holdfast/reconcile';

import { cancelBuild } from '../builds/apply-report.js';
import { WORKSPACE_FINALIZER } from '../builds/workspace.js';
import type { Workspace } from '../builds/workspace.js';
import { SERVICE } from '../leader/leadership.js';
import type { Piece } from '../leader/orchestrator-part.js';
import type { JobResult } from './executions.js';
import type { FinalizersJob, Job, NewWorkspace, PoolJob, RemovalJob, StatusJob, Told } from './jobs.js';

const VERSION = 'v1';
/** Writes of one job that are on their way at once. */
const AT_ONCE = 16;
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
  const results = await resultsOf(context.job, context);
  const { piece, version } = context;
  await piece.write.settled();
  const written = Math.max(version, ...piece.write.versions);
  const refusals = results.flatMap((result) => (result.ok ? [] : [result.refusal]));
  // Nobody knows whether these happened: the end of the log, looked up now, shows it.
  const seen = refusals.some(isUnknown) ? await endOfLog(context) : written;
  const failure = refusals.find((refusal) => !isOvertaken(refusal));
  return { version: Math.max(written, seen), ...(failure === undefined ? {} : { failure: failure.message }) };
};

const resultsOf = (job: Job, context: JobContext): Promise<readonly WriteResult[]> => {
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

const changePool = async (job: PoolJob, context: JobContext): Promise<readonly WriteResult[]> => {
  const recorded = job.decision === undefined ? [] : [await recordDecision(job, job.decision, context)];
  // What is not on record is not done.
  if (recorded.some((result) => !result.ok)) return recorded;
  const cancelled = await each(job.cancels, (state) => cancel(state, context));
  const deleted = await each(job.deletes, (state) => context.piece.write.deleteUnchanged(state, VERSION));
  const created = await each(job.creates, (workspace) => create(job, workspace, context));
  const count = created.filter(({ ok }) => ok).length;
  context.onCreated(count);
  tellAll(job, { deleted: deleted.filter(({ ok }) => ok).length, created: count }, context);
  const failed = created.find((result) => !result.ok && !isOvertaken(result.refusal));
  if (failed?.ok === false) tell(job.preset, warning('CreateFailed', failed.refusal.message), context);
  return [...recorded, ...cancelled, ...deleted, ...created];
};

const recordDecision = (
  { namespace }: PoolJob,
  { recorded, name, spec }: NonNullable<PoolJob['decision']>,
  { piece }: JobContext,
): Promise<WriteResult> => {
  const key = keyOf(POOL_DECISIONS, namespace, name);
  if (recorded === undefined) return piece.write.create(key, VERSION, objectOf(POOL_DECISIONS, key, { spec }));
  const metadata = { resourceVersion: String(recorded.version) };
  return piece.write.patch(key, VERSION, { metadata, spec });
};

const create = ({ namespace }: PoolJob, { name, spec }: NewWorkspace, { piece }: JobContext): Promise<WriteResult> => {
  const key = keyOf(WORKSPACES, namespace, name);
  return piece.write.create(key, VERSION, objectOf(WORKSPACES, key, { spec }, [WORKSPACE_FINALIZER]));
};

/** What a worker has begun meanwhile is not as it was seen: it goes on, and is deleted when it is done. */
const cancel = (state: ObjectState, { piece, now }: JobContext): Promise<WriteResult> => {
  const workspace = workspaceOf(state);
  const status = cancelBuild(workspace, 'its pool is not active any more', now());
  // Of one without a build nothing is left to keep.
  if (status === undefined) return piece.write.deleteUnchanged(state, VERSION);
  return piece.write.updateStatus(state, VERSION, status as JsonObject);
};

/** The schema vouches for the type. */
const workspaceOf = ({ object }: ObjectState): Workspace => ({ status: {}, ...object }) as Workspace;

const writeStatus = async (
  { state, status, told }: StatusJob,
  context: JobContext,
): Promise<readonly WriteResult[]> => {
  const result = await context.piece.write.updateStatus(state, VERSION, status);
  if (result.ok) for (const one of told) tell(state, one, context);
  return [result];
};

const writeFinalizers = async (
  { state, finalizers }: FinalizersJob,
  { piece }: JobContext,
): Promise<readonly WriteResult[]> => {
  const metadata = { resourceVersion: String(state.version), finalizers };
  return [await piece.write.patch(state.key, VERSION, { metadata })];
};

const remove = ({ states }: RemovalJob, { piece }: JobContext): Promise<readonly WriteResult[]> =>
  each(states, (state) => piece.write.deleteUnchanged(state, VERSION));

/** Some at a time; all are tried, whatever comes of the others. */
const each = async <T>(
  items: readonly T[],
  write: (item: T) => Promise<WriteResult>,
): Promise<readonly WriteResult[]> => {
  const results: WriteResult[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(write))));
  return results;
};

const objectOf = (
  { group, version, kind }: PrebuildKind<object, object>,
  { namespace, name }: ObjectKey,
  members: JsonObject,
  finalizers?: readonly string[],
): JsonObject => ({
  apiVersion: `${group}/${version}`,
  kind,
  metadata: { name, namespace, ...(finalizers === undefined ? {} : { finalizers }) },
  ...members,
});

const tellAll = (
  { preset, version }: PoolJob,
  { deleted, created }: { readonly deleted: number; readonly created: number },
  context: JobContext,
): void => {
  if (deleted > 0) tell(preset, normal('Deleted', `deleted ${deleted} of version ${version}`), context);
  if (created > 0) tell(preset, normal('Created', `creates ${created} of version ${version}`), context);
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
