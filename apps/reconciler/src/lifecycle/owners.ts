/** What has become of the owners that an object names (rules of the Kubernetes garbage collector). */
import { objectAt, stringAt } from '@holdfast/kernel';
import { finalizersOf, isDeleting, ownersOf, uidOf } from '@holdfast/reconcile';
import type { ObjectReader, ObjectState, OwnerReference } from '@holdfast/reconcile';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };
/** Kinds in namespaces that no definition tells of. */
const CORE_NAMESPACED = new Set(['/ConfigMap', '/Event', 'coordination.k8s.io/Lease']);

export interface Owner {
  readonly reference: OwnerReference;
  /**
   * `solid`: there. `leaving`: waits in the foreground for its dependents to go. `absent`: gone, or another of its name.
   * `elsewhere`: in another namespace, which counts as absent. `unresolvable`: in a namespace, while the dependent is in
   * none; such a dependent is never collected.
   */
  readonly is: 'solid' | 'leaving' | 'absent' | 'elsewhere' | 'unresolvable';
}

export const judgeOwners = (dependent: ObjectState, read: ObjectReader): readonly Owner[] =>
  ownersOf(dependent.object).map((reference) => ({ reference, is: judge(dependent, reference, read) }));

const judge = (dependent: ObjectState, reference: OwnerReference, read: ObjectReader): Owner['is'] => {
  const { namespace } = dependent.key;
  const owner = read.byUid(reference.uid);
  if (namespace === '' && (owner === undefined ? isNamespaced(reference, read) : owner.key.namespace !== '')) {
    return 'unresolvable';
  }
  if (owner === undefined || !isNamedBy(owner, reference)) return 'absent';
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

const isNamespaced = ({ apiVersion, kind }: OwnerReference, read: ObjectReader): boolean => {
  const group = groupOf(apiVersion);
  if (CORE_NAMESPACED.has(`${group}/${kind}`)) return true;
  return read.list(DEFINITIONS).some(({ object }) => {
    const spec = objectAt(object, 'spec');
    const isOfKind = spec['group'] === group && objectAt(spec, 'names')['kind'] === kind;
    return isOfKind && spec['scope'] === 'Namespaced';
  });
};

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : '');
