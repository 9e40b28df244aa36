/**
 * Which Reconcilers are accepted. Every replica judges alone and all come to the same: the older one goes first, of two
 * of one second the one whose name comes first.
 */
import { objectAt, stringAt } from '@holdfast/kernel';
import { apiVersionOf, isDeleting, objectTypeText, specOf, uidOf } from '@holdfast/reconcile';
import type { ObjectState, ObjectType, ReconcilerDefinition, StatusReport } from '@holdfast/reconcile';

import type { KindLookup, KnownKind } from './known-kinds.js';
import { RECONCILERS } from './reconciler-kind.js';
import type { KindReference, ReconcilerSpec } from './reconciler-kind.js';

export interface AcceptedReconciler {
  readonly name: string;
  readonly uid: string;
  readonly spec: ReconcilerSpec;
  readonly for: KnownKind;
  readonly owns: readonly KnownKind[];
  readonly watches: readonly { readonly kind: KnownKind; readonly field: string }[];
}

export type Verdict =
  | { readonly status: 'accepted'; readonly reconciler: AcceptedReconciler }
  | {
      readonly status: 'refused';
      readonly reason: 'BeingDeleted' | 'NameTaken' | 'KindNotFound' | 'ScopeMismatch' | 'ForTaken';
      readonly message: string;
    };

/** A reconciler in process, as far as it can be in the way. */
export type InProcess = Pick<ReconcilerDefinition, 'name' | 'for' | 'owns' | 'finalizer'> & {
  readonly reports?: Pick<StatusReport, 'condition'>;
};

/** A verdict for each, by name. */
export const judgeReconcilers = (input: {
  readonly reconcilers: readonly ObjectState[];
  readonly kinds: KindLookup;
  readonly inProcess: readonly InProcess[];
}): ReadonlyMap<string, Verdict> => {
  const verdicts = new Map<string, Verdict>();
  const accepted: AcceptedReconciler[] = [];
  for (const state of [...input.reconcilers].sort(olderFirst)) {
    const verdict = judge(state, { ...input, accepted });
    if (verdict.status === 'accepted') accepted.push(verdict.reconciler);
    verdicts.set(state.key.name, verdict);
  }
  return verdicts;
};

const judge = (
  state: ObjectState,
  others: {
    readonly kinds: KindLookup;
    readonly inProcess: readonly InProcess[];
    readonly accepted: readonly AcceptedReconciler[];
  },
): Verdict => {
  const { name } = state.key;
  if (isDeleting(state)) return refuse('BeingDeleted', 'it is being deleted');
  if (others.inProcess.some((one) => one.name === name)) {
    return refuse('NameTaken', `a reconciler of Holdfast's own is called "${name}"`);
  }
  const spec = specOf(RECONCILERS, state);
  const kind = others.kinds(spec.for);
  if ('missing' in kind) return refuse('KindNotFound', `spec.for: ${kind.missing}`);
  const owns = resolveAll(spec.owns, 'owns', others.kinds);
  if ('missing' in owns) return refuse('KindNotFound', owns.missing);
  const watched = resolveAll(spec.watches, 'watches', others.kinds);
  if ('missing' in watched) return refuse('KindNotFound', watched.missing);
  const watches = watched.kinds.map((found, i) => ({ kind: found, field: spec.watches[i]?.wakes.field ?? '' }));
  const reconciler = { name, uid: uidOf(state), spec, for: kind, owns: owns.kinds, watches };
  const taken = [...others.inProcess.flatMap(takenInProcess), ...others.accepted.map(takenBy)];
  return scopeProblem(reconciler) ?? takenProblem(reconciler, taken) ?? { status: 'accepted', reconciler };
};

const refuse = (reason: (Verdict & { status: 'refused' })['reason'], message: string): Verdict => ({
  status: 'refused',
  reason,
  message,
});

const resolveAll = (
  references: readonly KindReference[],
  member: string,
  kinds: KindLookup,
): { readonly kinds: readonly KnownKind[] } | { readonly missing: string } => {
  const found: KnownKind[] = [];
  for (const [i, reference] of references.entries()) {
    const kind = kinds(reference);
    if ('missing' in kind) return { missing: `spec.${member}[${i}]: ${kind.missing}` };
    found.push(kind);
  }
  return { kinds: found };
};

/** Children live beside their owner, and a name without a namespace is looked for there, too. */
const scopeProblem = ({ for: kind, owns, watches }: AcceptedReconciler): Verdict | undefined => {
  const child = owns.findIndex((owned) => owned.scope !== kind.scope);
  if (child >= 0) {
    return refuse(
      'ScopeMismatch',
      `spec.owns[${child}]: ${owns[child]?.kind} is ${scopeText(owns[child])}, ${kind.kind} ${scopeText(kind)}`,
    );
  }
  const watched = watches.findIndex((watch) => kind.scope === 'Cluster' && watch.kind.scope === 'Namespaced');
  if (watched < 0) return undefined;
  const message = `${watches[watched]?.kind.kind} is namespaced, and ${kind.kind} has no namespace to look for it in`;
  return refuse('ScopeMismatch', `spec.watches[${watched}]: ${message}`);
};

const scopeText = (kind: KnownKind | undefined): string =>
  kind?.scope === 'Cluster' ? 'cluster-scoped' : 'namespaced';

/** What a reconciler has for itself, of the objects of its kind. */
interface Taken {
  readonly by: string;
  readonly for: ObjectType;
  readonly owns: readonly ObjectType[];
  readonly condition: string | undefined;
  readonly finalizer: string | undefined;
}

/**
 * Two of one kind would undo each other's work where they own the same kind or write the same condition; with the same
 * finalizer, the first that is done would let the object go before the other has cleaned up.
 */
const takenProblem = (reconciler: AcceptedReconciler, others: readonly Taken[]): Verdict | undefined => {
  const { for: kind, owns } = reconciler;
  const { condition, finalizer } = takenBy(reconciler);
  const subject = `${kind.kind} (${apiVersionOf(kind)})`;
  for (const other of others.filter((one) => isSame(one.for, kind))) {
    const shared = owns.find((one) => other.owns.some((theirs) => isSame(theirs, one)));
    if (shared !== undefined)
      return refuse('ForTaken', `${other.by} already makes the ${shared.kind} of each ${subject}`);
    if (finalizer !== undefined && other.finalizer === finalizer) {
      return refuse('ForTaken', `${other.by} already holds ${subject} by ${finalizer}`);
    }
    if (condition !== undefined && other.condition === condition) {
      return refuse('ForTaken', `${other.by} already writes the condition ${condition} of ${subject}`);
    }
  }
  return undefined;
};

const takenBy = ({ name, for: kind, owns, spec }: AcceptedReconciler): Taken => ({
  by: `Reconciler "${name}"`,
  for: kind,
  owns,
  condition: kind.hasStatus ? spec.condition : undefined,
  finalizer: spec.finalizer,
});

const takenInProcess = ({ name, for: kind, owns = [], reports, finalizer }: InProcess): readonly Taken[] =>
  kind === undefined
    ? []
    : [{ by: `Holdfast's own "${name}"`, for: kind, owns, condition: reports?.condition, finalizer }];

const isSame = (a: ObjectType, b: ObjectType): boolean => objectTypeText(a) === objectTypeText(b);

const olderFirst = (a: ObjectState, b: ObjectState): number =>
  compareText(createdAt(a), createdAt(b)) || compareText(a.key.name, b.key.name);

const createdAt = (state: ObjectState): string =>
  stringAt(objectAt(state.object, 'metadata'), 'creationTimestamp') ?? '';

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
