/**
 * What an object's deletion means for those that name it as owner (rules of the Kubernetes garbage collector).
 *
 * Background: the owner goes at once; a dependent goes when none of its owners is left, compared by uid.
 * Foreground: the owner waits, with the finalizer `foregroundDeletion`, for its dependents that block it.
 * Orphan: the owner waits, with the finalizer `orphan`, until no dependent names it any more.
 */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { done, finalizersOf, isDeleting, ownersOf, retry, uidOf, waiting, watchMapped } from '@holdfast/reconcile';
import type {
  Change,
  ObjectReader,
  ObjectState,
  Outcome,
  OwnerReference,
  ReconcilerDefinition,
  Run,
} from '@holdfast/reconcile';

import { apiVersionOf, removeFinalizer, wentThrough } from './writes.js';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

export const garbageCollector: ReconcilerDefinition = {
  name: 'garbage-collector',
  concurrency: 8,
  watches: [watchMapped('any', concernedBy)],
  reconcile: async (run) => {
    const state = run.read.get(run.key);
    if (state === undefined) return done;
    if (isDeleting(state) && finalizersOf(state).includes(ORPHAN)) return orphanDependents(run, state);
    if (isDeleting(state) && finalizersOf(state).includes(FOREGROUND)) return deleteDependents(run, state);
    if (isDeleting(state) || !isAbandoned(state, run.read)) return done;
    return wentThrough(await run.write.delete(state.key, apiVersionOf(state), uidOf(state)));
  },
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

/** True when the object has owners and none of them is left; one that goes in the foreground takes it along. */
const isAbandoned = (state: ObjectState, read: ObjectReader): boolean => {
  const owners = ownersOf(state.object);
  return owners.length > 0 && owners.every((reference) => !isSolid(ownerAt(state, reference, read)));
};

const isSolid = (owner: ObjectState | undefined): boolean =>
  owner !== undefined && !(isDeleting(owner) && finalizersOf(owner).includes(FOREGROUND));

/** An owner in another namespace counts as absent. */
const ownerAt = (dependent: ObjectState, { uid }: OwnerReference, read: ObjectReader): ObjectState | undefined => {
  const owner = read.byUid(uid);
  if (owner === undefined) return undefined;
  return owner.key.namespace === '' || owner.key.namespace === dependent.key.namespace ? owner : undefined;
};

const deleteDependents = async (run: Run, owner: ObjectState): Promise<Outcome> => {
  const dependents = run.read.ownedBy(uidOf(owner));
  for (const dependent of dependents.filter((state) => !isDeleting(state) && isAbandoned(state, run.read))) {
    const outcome = wentThrough(await run.write.delete(dependent.key, apiVersionOf(dependent), uidOf(dependent)));
    if (outcome.kind === 'retry') return outcome;
  }
  const blocking = run.read.ownedBy(uidOf(owner)).filter((state) => blocks(state, owner));
  if (blocking.length > 0) return waiting('Dependents', `${blocking.length} dependents are still there`);
  return removeFinalizer(run, owner, FOREGROUND);
};

/** Cycles must not block: a dependent that itself waits for this owner to go does not hold it. */
const blocks = (dependent: ObjectState, owner: ObjectState): boolean =>
  ownersOf(dependent.object).some((reference) => reference.uid === uidOf(owner) && reference.blockOwnerDeletion) &&
  !ownersOf(owner.object).some((reference) => reference.uid === uidOf(dependent));

const orphanDependents = async (run: Run, owner: ObjectState): Promise<Outcome> => {
  for (const dependent of run.read.ownedBy(uidOf(owner))) {
    const kept = referencesOf(dependent).filter((reference) => reference['uid'] !== uidOf(owner));
    const resourceVersion = String(dependent.version);
    const patch: JsonObject = { metadata: { resourceVersion, ownerReferences: kept.length === 0 ? null : kept } };
    const result = await run.write.patch(dependent.key, apiVersionOf(dependent), patch);
    if (!result.ok && result.refusal.reason !== 'NotFound') return retry(new Error(result.refusal.message));
  }
  return removeFinalizer(run, owner, ORPHAN);
};

const referencesOf = (state: ObjectState): readonly JsonObject[] => {
  const references = objectAt(state.object, 'metadata')['ownerReferences'];
  return Array.isArray(references) ? (references as readonly JsonObject[]).filter((one) => stringAt(one, 'uid')) : [];
};
