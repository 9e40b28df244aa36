/**
 * What an object's deletion means for those that name it as owner (rules of the Kubernetes garbage collector).
 *
 * Background: the owner goes at once; a dependent goes when none of its owners is left, compared by uid.
 * Foreground: the owner waits, with the finalizer `foregroundDeletion`, for its dependents that block it.
 * Orphan: the owner waits, with the finalizer `orphan`, until no dependent names it any more.
 * An owner of a kind that there is not keeps its dependents: a misspelled kind must not cost anybody an object.
 */
import type { PropagationPolicy } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import {
  done,
  finalizersOf,
  isDeleting,
  ownersOf,
  retry,
  stalled,
  uidOf,
  waiting,
  watchMapped,
  WriteRefused,
} from '@holdfast/reconcile';
import type { Change, ObjectReader, ObjectState, Outcome, ReconcilerDefinition, Run } from '@holdfast/reconcile';

import { blockersOf, FOREGROUND, isLeaving, judgeOwners, ORPHAN } from './owners.js';
import type { HasGone, Owner } from './owners.js';
import { apiVersionOf, removeFinalizer, wentThrough } from './writes.js';

/** How many owners that went are remembered: the definition of their kind may be gone before all dependents are. */
const GONE_REMEMBERED = 10_000;

export const garbageCollector = (): ReconcilerDefinition => {
  const gone = new Set<string>();
  const remember = ({ before, after }: Change): void => {
    if (before === undefined || (after !== undefined && uidOf(after) === uidOf(before))) return;
    gone.add(uidOf(before));
    if (gone.size > GONE_REMEMBERED) gone.delete(gone.values().next().value as string);
  };
  const concerned = (change: Change, read: ObjectReader) => {
    remember(change);
    return concernedBy(change, read);
  };
  return {
    name: 'garbage-collector',
    concurrency: 64,
    watches: [watchMapped('any', concerned)],
    reconcile: (run) => collectOrRelease(run, (uid) => gone.has(uid)),
  };
};

const collectOrRelease = async (run: Run, hasGone: HasGone): Promise<Outcome> => {
  const state = run.read.get(run.key);
  if (state === undefined) return done;
  if (isDeleting(state) && finalizersOf(state).includes(ORPHAN)) return orphanDependents(run, state);
  if (isLeaving(state)) return awaitDependents(run, state);
  if (isDeleting(state)) return done;
  const owners = judgeOwners(state, run.read, hasGone);
  const outcome = await collect(run, state, owners);
  return outcome.kind === 'retry' ? outcome : (complaintAbout(state, owners) ?? outcome);
};

/** The object itself, its dependents when it goes or is gone, and its owners, that may wait for it. */
function concernedBy({ key, before, after }: Change, read: ObjectReader) {
  const isGone = after === undefined || isDeleting(after);
  const uids = new Set([before, after].flatMap((state) => (state === undefined ? [] : [uidOf(state)])));
  const replaced = before !== undefined && after !== undefined && uidOf(before) !== uidOf(after);
  const dependents = isGone || replaced ? [...uids].flatMap((uid) => read.ownedBy(uid)) : [];
  const owners = [before, after].flatMap((state) => (state === undefined ? [] : ownersOf(state.object)));
  const waitingOwners = owners
    .map((owner) => read.byUid(owner.uid))
    .filter((owner) => owner !== undefined && isDeleting(owner));
  const own = after !== undefined && (isDeleting(after) || ownersOf(after.object).length > 0) ? [key] : [];
  return [...own, ...dependents.map((state) => state.key), ...waitingOwners.map((owner) => (owner as ObjectState).key)];
}

/** Deletes what no owner is left of; of what has owners left and others, it takes the references to the others off. */
const collect = async (run: Run, state: ObjectState, owners: readonly Owner[]): Promise<Outcome> => {
  const solid = owners.filter((owner) => owner.is === 'solid');
  const isUncertain = owners.some(({ is }) => is === 'unresolvable' || is === 'unknown');
  if (owners.length === solid.length || isUncertain) return done;
  if (solid.length > 0) {
    const kept = new Set(solid.map(({ reference }) => reference.uid));
    return keepReferences(run, state, (uid) => kept.has(uid));
  }
  const isLed = owners.some((owner) => owner.is === 'leaving');
  const policy = isLed && run.read.ownedBy(uidOf(state)).length > 0 ? 'Foreground' : policyOf(state);
  return wentThrough(await run.write.delete(state.key, apiVersionOf(state), uidOf(state), policy));
};

/** A finalizer that was there before says how the object wants to go. */
const policyOf = (state: ObjectState): PropagationPolicy => {
  const finalizers = finalizersOf(state);
  if (finalizers.includes(ORPHAN)) return 'Orphan';
  return finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background';
};

const complaintAbout = ({ key }: ObjectState, owners: readonly Owner[]): Outcome | undefined => {
  const unknown = owners.find(({ is }) => is === 'unknown');
  if (unknown !== undefined) {
    const { apiVersion, kind, name } = unknown.reference;
    const message = `there is no kind ${kind} in ${apiVersion}: whether its owner "${name}" is gone cannot be told`;
    return waiting('OwnerKindUnknown', message);
  }
  const misplaced = owners.find(({ is }) => is === 'elsewhere' || is === 'unresolvable');
  if (misplaced === undefined) return undefined;
  const { apiVersion, kind, name, uid } = misplaced.reference;
  const owner = `ownerRef [${apiVersion}/${kind}, namespace: ${key.namespace}, name: ${name}, uid: ${uid}]`;
  return stalled('OwnerRefInvalidNamespace', `${owner} does not exist in namespace "${key.namespace}"`);
};

/** Its dependents go by themselves: each is woken when its owner leaves. */
const awaitDependents = async (run: Run, owner: ObjectState): Promise<Outcome> => {
  const blocking = blockersOf(owner, run.read).length;
  if (blocking > 0) return waiting('Dependents', `${blocking} dependents are still there`);
  return removeFinalizer(run, owner, FOREGROUND);
};

const orphanDependents = async (run: Run, owner: ObjectState): Promise<Outcome> => {
  for (const dependent of run.read.ownedBy(uidOf(owner))) {
    const outcome = await keepReferences(run, dependent, (uid) => uid !== uidOf(owner));
    if (outcome.kind === 'retry') return outcome;
  }
  return removeFinalizer(run, owner, ORPHAN);
};

const keepReferences = async (run: Run, state: ObjectState, isKept: (uid: string) => boolean): Promise<Outcome> => {
  const kept = referencesOf(state).filter((reference) => isKept(stringAt(reference, 'uid') ?? ''));
  const resourceVersion = String(state.version);
  const patch: JsonObject = { metadata: { resourceVersion, ownerReferences: kept.length === 0 ? null : kept } };
  const result = await run.write.patch(state.key, apiVersionOf(state), patch);
  return result.ok || result.refusal.reason === 'NotFound' ? done : retry(new WriteRefused(state.key, result.refusal));
};

const referencesOf = (state: ObjectState): readonly JsonObject[] => {
  const references = objectAt(state.object, 'metadata')['ownerReferences'];
  return Array.isArray(references) ? (references as readonly JsonObject[]) : [];
};
