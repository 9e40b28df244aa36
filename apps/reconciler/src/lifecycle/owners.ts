/** What has become of the owners that an object names (rules of the Kubernetes garbage collector). */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { finalizersOf, isDeleting, ownersOf, uidOf } from '@holdfast/reconcile';
import type { ObjectReader, ObjectState, OwnerReference } from '@holdfast/reconcile';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };
/** Kinds that no definition tells of. */
const CORE_NAMESPACED = new Set(['/ConfigMap', '/Event', 'coordination.k8s.io/Lease']);
const CORE_CLUSTER = new Set(['/Namespace', 'apiextensions.k8s.io/CustomResourceDefinition']);

export interface Owner {
  readonly reference: OwnerReference;
  /**
   * `solid`: there. `leaving`: waits in the foreground for its dependents to go. `absent`: gone, or another of its name.
   * `elsewhere`: in another namespace, which counts as absent. `unresolvable`: in a namespace, while the dependent is in
   * none; such a dependent is never collected. `unknown`: of a kind that there is not, and never seen: nobody can say
   * that it is gone.
   */
  readonly is: 'solid' | 'leaving' | 'absent' | 'elsewhere' | 'unresolvable' | 'unknown';
}

/** Whether the object of this uid was seen to go. */
export type HasGone = (uid: string) => boolean;

export const judgeOwners = (dependent: ObjectState, read: ObjectReader, hasGone: HasGone): readonly Owner[] =>
  ownersOf(dependent.object).map((reference) => ({ reference, is: judge(dependent, reference, read, hasGone) }));

const judge = (
  dependent: ObjectState,
  reference: OwnerReference,
  read: ObjectReader,
  hasGone: HasGone,
): Owner['is'] => {
  const { namespace } = dependent.key;
  const owner = read.byUid(reference.uid);
  const isThere = owner !== undefined && isNamedBy(owner, reference);
  if (!isThere && !hasGone(reference.uid) && !isKnownKind(reference, read)) return 'unknown';
  if (namespace === '' && (owner === undefined ? isNamespaced(reference, read) : owner.key.namespace !== '')) {
    return 'unresolvable';
  }
  if (!isThere) return 'absent';
  if (owner.key.namespace !== '' && owner.key.namespace !== namespace) return 'elsewhere';
  return isLeaving(owner) ? 'leaving' : 'solid';
};

export const isLeaving = (state: ObjectState): boolean => isDeleting(state) && finalizersOf(state).includes(FOREGROUND);

/**
 * Dependents for which an owner that is leaving has to wait. One that itself waits for this owner to go does not hold
 * it, however long the way round: cycles must not block.
 */
export const blockersOf = (owner: ObjectState, read: ObjectReader): readonly ObjectState[] =>
  holdersOf(owner, read).filter((holder) => !waitsFor(holder, owner, read, new Set()));

const waitsFor = (state: ObjectState, owner: ObjectState, read: ObjectReader, seen: Set<string>): boolean => {
  if (!isLeaving(state) || seen.has(uidOf(state))) return false;
  seen.add(uidOf(state));
  return holdersOf(state, read).some((holder) => uidOf(holder) === uidOf(owner) || waitsFor(holder, owner, read, seen));
};

const holdersOf = (owner: ObjectState, read: ObjectReader): readonly ObjectState[] =>
  read
    .ownedBy(uidOf(owner))
    .filter((state) =>
      ownersOf(state.object).some(({ uid, blockOwnerDeletion }) => uid === uidOf(owner) && blockOwnerDeletion),
    );

const isNamedBy = (owner: ObjectState, { apiVersion, kind, name }: OwnerReference): boolean =>
  owner.key.name === name && stringAt(owner.object, 'kind') === kind && owner.key.group === groupOf(apiVersion);

const isNamespaced = (reference: OwnerReference, read: ObjectReader): boolean =>
  CORE_NAMESPACED.has(kindText(reference)) || definitionOf(reference, read)?.['scope'] === 'Namespaced';

const isKnownKind = (reference: OwnerReference, read: ObjectReader): boolean =>
  CORE_NAMESPACED.has(kindText(reference)) ||
  CORE_CLUSTER.has(kindText(reference)) ||
  definitionOf(reference, read) !== undefined;

/** The spec of its kind's definition; one that is being deleted counts, since its objects go first. */
const definitionOf = ({ apiVersion, kind }: OwnerReference, read: ObjectReader): JsonObject | undefined =>
  read
    .list(DEFINITIONS)
    .map(({ object }) => objectAt(object, 'spec'))
    .find((spec) => spec['group'] === groupOf(apiVersion) && objectAt(spec, 'names')['kind'] === kind);

const kindText = ({ apiVersion, kind }: OwnerReference): string => `${groupOf(apiVersion)}/${kind}`;

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : '');
