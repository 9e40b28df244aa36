/**
 * A reconciler of one kind: reads its object, looks after a finalizer if it has one, and calls its own functions with
 * typed objects.
 *
 *   object ──► none: done
 *     ├──► deleting: `finalize` until it is done, then the finalizer goes ──► done
 *     └──► there: the finalizer first, then `reconcile`
 */
import type { JsonObject } from '@holdfast/kernel';

import { specOf, statusOf } from './kind.js';
import type { Kind } from './kind.js';
import { finalizersOf, isDeleting } from './object-cache.js';
import type { ObjectState } from './object-cache.js';
import { done, retry } from './outcome.js';
import type { Outcome } from './outcome.js';
import type { ReconcilerDefinition, Run, Watch, WriteResult } from './reconciler.js';
import { watchFor, watchOwned } from './watches.js';
import type { Predicate } from './watches.js';
import { WriteRefused } from './write-refused.js';

/** A run with its object. */
export interface TypedRun<Spec extends object, Status extends object> extends Run {
  readonly object: ObjectState;
  readonly spec: Spec;
  readonly status: Partial<Status>;
}

export interface KindReconciler<Spec extends object, Status extends object> extends Pick<
  ReconcilerDefinition,
  'name' | 'concurrency' | 'timeoutMs' | 'backoff' | 'released'
> {
  readonly for: Kind<Spec, Status>;
  /** Which changes of the object itself wake it; all when missing. */
  readonly when?: Predicate;
  /** Kinds of its children: a change of one wakes its controlling owner. */
  readonly owns?: readonly Kind<object, object>[];
  readonly watches?: readonly Watch[];
  /** The condition that sums up in the status; the status is left alone when missing. */
  readonly condition?: string;
  readonly reconcile: (run: TypedRun<Spec, Status>) => Promise<Outcome>;
  /** Cleans up before the object goes; until it is `done` the object stays, held by a finalizer of this name. */
  readonly finalize?: {
    readonly finalizer: string;
    readonly run: (run: TypedRun<Spec, Status>) => Promise<Outcome>;
  };
}

export const defineReconciler = <Spec extends object = JsonObject, Status extends object = JsonObject>(
  definition: KindReconciler<Spec, Status>,
): ReconcilerDefinition => {
  const { name, concurrency, timeoutMs, backoff, released, condition, finalize, owns = [], watches = [] } = definition;
  const kind = definition.for;
  return {
    name,
    for: kind,
    owns,
    ...(finalize === undefined ? {} : { finalizer: finalize.finalizer }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(backoff === undefined ? {} : { backoff }),
    ...(released === undefined ? {} : { released }),
    ...(condition === undefined ? {} : { reports: { version: kind.version, condition } }),
    watches: [watchFor(kind, definition.when), ...owns.map((owned) => watchOwned(owned, kind)), ...watches],
    reconcile: async (run) => {
      const object = run.read.get(run.key);
      if (object === undefined) return done;
      const typed = { ...run, object, spec: specOf(kind, object), status: statusOf(kind, object) };
      if (isDeleting(object)) return finish(definition, typed);
      return (await holdWithFinalizer(definition, typed)) ?? definition.reconcile(typed);
    },
  };
};

const finish = async <Spec extends object, Status extends object>(
  { finalize, for: kind }: KindReconciler<Spec, Status>,
  run: TypedRun<Spec, Status>,
): Promise<Outcome> => {
  const finalizers = finalizersOf(run.object);
  if (finalize === undefined || !finalizers.includes(finalize.finalizer)) return done;
  const outcome = await finalize.run(run);
  if (outcome.kind !== 'done') return outcome;
  return orRetry(run, await writeFinalizers(run, kind, without(finalizers, finalize.finalizer))) ?? done;
};

/** An outcome only when the finalizer cannot be set. */
const holdWithFinalizer = async <Spec extends object, Status extends object>(
  { finalize, for: kind }: KindReconciler<Spec, Status>,
  run: TypedRun<Spec, Status>,
): Promise<Outcome | undefined> => {
  const finalizers = finalizersOf(run.object);
  if (finalize === undefined || finalizers.includes(finalize.finalizer)) return undefined;
  return orRetry(run, await writeFinalizers(run, kind, [...finalizers, finalize.finalizer]));
};

/** Conditional on the version: a finalizer that somebody else adds or takes meanwhile must not be lost. */
const writeFinalizers = (
  run: Run & { readonly object: ObjectState },
  kind: Kind<object, object>,
  finalizers: string[],
) =>
  run.write.patch(run.key, kind.version, {
    metadata: { resourceVersion: String(run.object.version), finalizers },
  });

const without = (finalizers: readonly string[], finalizer: string): string[] =>
  finalizers.filter((one) => one !== finalizer);

const orRetry = (run: Run, result: WriteResult): Outcome | undefined =>
  result.ok ? undefined : retry(new WriteRefused(run.key, result.refusal));
