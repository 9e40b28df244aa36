/**
 * A reconciler whose work a worker does: calls it with the object, checks what it answers, and does what it wants.
 *
 *   object ──► call ──► nobody there: waiting        ──► children ──► outcome, with status
 *                 ├──► no answer in time: retry     │
 *                 └──► answer ──► wrong: retry      │
 *                          └──► right ──────────────┘
 */
import { keyText, reconcileSubject } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import {
  conditionsOf,
  convergeChildren,
  defineReconciler,
  generationChanged,
  isDeleting,
  keyOf,
  retry,
  RunTimeout,
  stalled,
  waiting,
  watchMapped,
  WriteRefused,
} from '@holdfast/reconcile';
import type {
  ObjectReader,
  ObjectState,
  ObjectType,
  Outcome,
  ReconcilerDefinition,
  TypedRun,
  Watch,
} from '@holdfast/reconcile';

import { withAppliedRecord } from './applied-record.js';
import type { AcceptedReconciler } from './judge-reconcilers.js';
import { namesAt } from './known-kinds.js';
import { ownConditions } from './own-conditions.js';
import { readAnswer } from './reconcile-answer.js';
import { reconcileCall } from './reconcile-call.js';
import type { WorkerCalls } from './worker-calls.js';

/** The reason in the condition of an object for which no worker was there. */
export const NO_WORKER = 'NoWorker';

/** Who says that it has come is called at once; this is for workers that do not say so. */
const LOOK_FOR_WORKERS_MS = 5_000;
/** For what follows from the answer, once it is there. */
const WRITES_MS = 30_000;

export interface WorkerReconcilerOptions {
  readonly reconciler: AcceptedReconciler;
  readonly calls: Pick<WorkerCalls, 'call' | 'maxBytes'>;
  /** Told of each key that found no worker, and of each that found one. */
  readonly noticed: (key: string, found: 'noWorker' | 'worker') => void;
}

type WorkerRun = TypedRun<JsonObject, JsonObject>;

export const workerReconciler = (options: WorkerReconcilerOptions): ReconcilerDefinition => {
  const { reconciler } = options;
  const { spec, for: kind, owns, name } = reconciler;
  const unmissed = new Set<string>();
  const run = (one: WorkerRun): Promise<Outcome> => reconcile(options, one, unmissed);
  return defineReconciler({
    name,
    for: kind,
    owns,
    watches: reconciler.watches.map((watch) => watchNamed(kind, watch)),
    ...(spec.when === 'GenerationChanged' && kind.hasGeneration ? { when: generationChanged } : {}),
    ...(kind.hasStatus ? { condition: spec.condition } : {}),
    ...(spec.finalizer === undefined ? {} : { finalize: { finalizer: spec.finalizer, run } }),
    concurrency: spec.concurrency,
    timeoutMs: spec.timeoutSeconds * 1_000 + WRITES_MS,
    backoff: { baseMs: spec.backoff.baseMilliseconds, capMs: spec.backoff.capSeconds * 1_000 },
    reconcile: run,
  });
};

const watchNamed = (type: ObjectType, { kind, field }: AcceptedReconciler['watches'][number]): Watch =>
  watchMapped(kind, ({ key }, read: ObjectReader) =>
    read
      .list(type, kind.scope === 'Cluster' ? undefined : key.namespace)
      .filter((state) => namesAt(state.object, field).includes(key.name))
      .map((state) => state.key),
  );

const reconcile = async (
  { reconciler, calls, noticed }: WorkerReconcilerOptions,
  run: WorkerRun,
  unmissed: Set<string>,
): Promise<Outcome> => {
  const { name, spec, owns } = reconciler;
  const timeoutMs = spec.timeoutSeconds * 1_000;
  const call = reconcileCall(reconciler, run, new Date(run.now.getTime() + timeoutMs));
  const body = Buffer.from(JSON.stringify(call));
  if (body.length > calls.maxBytes) {
    return stalled('CallTooLarge', `the call has ${body.length} bytes, and NATS takes ${calls.maxBytes}`);
  }
  const reply = await calls.call({ controller: name, run: run.id, body, timeoutMs, signal: run.signal });
  const key = keyText(run.key);
  noticed(key, reply.kind === 'noWorker' ? 'noWorker' : 'worker');
  if (reply.kind === 'noWorker') return withoutWorker(reconciler, run, unmissed);
  unmissed.delete(key);
  if (reply.kind === 'timeout') {
    return retry(new RunTimeout(`no worker answered within ${spec.timeoutSeconds} s`));
  }
  const answer = readAnswer(reply.data, reconciler, run.object);
  if (!answer.ok) return retry(new WrongAnswer(answer.problems));
  const outcome = await withOwnConditions(reconciler, run, answer.outcome);
  if (outcome instanceof WriteRefused) return retry(outcome);
  if (answer.children === undefined) return outcome;
  const children = answer.children.map((child) =>
    withAppliedRecord(child, run.read.get(keyOf(child.kind, run.key.namespace, child.name))),
  );
  const converged = await convergeChildren(run, run.object, owns, children);
  return converged.kind === 'done' ? outcome : { ...converged, ...observedOf(outcome) };
};

/**
 * Where everything is only looked at again, what was said of the object still holds, and is said again: a restart of the
 * reconciler while no worker is there changes nothing. `unmissed` are the keys of which that was so when they were last
 * looked at, since the next look is another one for the same reason.
 */
const withoutWorker = ({ name, spec }: AcceptedReconciler, run: WorkerRun, unmissed: Set<string>): Outcome => {
  const key = keyText(run.key);
  const isOnlyALook = run.reason === 'Resync' || (run.reason === 'Requeue' && unmissed.has(key));
  const before = isOnlyALook ? saidBefore(run.object, spec.condition) : undefined;
  if (before === undefined) unmissed.delete(key);
  else unmissed.add(key);
  return before ?? waiting(NO_WORKER, `no worker listens on ${reconcileSubject(name)}`, LOOK_FOR_WORKERS_MS);
};

/** The outcome that leads to the condition as it is, if that was said of the present declaration. */
const saidBefore = (object: ObjectState, type: string): Outcome | undefined => {
  const conditions = conditionsOf(objectAt(object.object, 'status'));
  const said = conditions.find((condition) => condition['type'] === type);
  const { generation } = objectAt(object.object, 'metadata');
  if (said === undefined || said['observedGeneration'] !== generation || isDeleting(object)) return undefined;
  const reason = stringAt(said, 'reason') ?? '';
  const message = stringAt(said, 'message') ?? '';
  if (said['status'] === 'True') return { kind: 'after', ms: LOOK_FOR_WORKERS_MS, reason, message };
  const isStalled = conditions.some((one) => one['type'] === 'Stalled' && one['reason'] === reason);
  return isStalled ? stalled(reason, message) : waiting(reason, message, LOOK_FOR_WORKERS_MS);
};

/** Whoever is about to go keeps its conditions: a write here would come between the worker's answer and the finalizer. */
const withOwnConditions = async (
  { name, for: kind }: AcceptedReconciler,
  run: WorkerRun,
  outcome: Outcome,
): Promise<Outcome | WriteRefused> => {
  if (outcome.status === undefined || isDeleting(run.object)) return outcome;
  const { record, withdrawn } = ownConditions(name, run.object, outcome.status);
  if (record !== undefined) {
    const result = await run.write.patch(run.key, kind.version, { metadata: record });
    if (!result.ok) return new WriteRefused(run.key, result.refusal);
  }
  return withdrawn.length === 0 ? outcome : { ...outcome, withdrawn };
};

const observedOf = ({ status, withdrawn }: Outcome): Pick<Outcome, 'status' | 'withdrawn'> => ({
  ...(status === undefined ? {} : { status }),
  ...(withdrawn === undefined ? {} : { withdrawn }),
});

/** A worker's answer that cannot be acted on. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';

  constructor(readonly problems: readonly string[]) {
    super(`the worker's answer is wrong: ${problems.join('; ')}`.slice(0, LONGEST_MESSAGE));
  }
}

const LONGEST_MESSAGE = 4_096;
