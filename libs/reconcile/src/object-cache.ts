/**
 * What reconcilers read: the newest known state of every object, fed by a listing at start, by the log, and by the
 * answers to their own writes. Whatever comes late is recognized by its version and changes nothing, so a read is
 * never older than the event that woke a reconciler, nor than its own last write.
 */
import { keyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';
import { isJsonObject, objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';

/** All objects of one resource: group '' is the core group, resource the plural. */
export type ObjectType = Pick<ObjectKey, 'group' | 'resource'>;

/** The type as one string, `inventory.holdfast.dev/racks`. */
export const objectTypeText = (type: ObjectType): string => `${type.group}/${type.resource}`;

export interface ObjectState {
  readonly key: ObjectKey;
  readonly version: number;
  readonly object: JsonObject;
  /** Of the change that led to it, where that is known. */
  readonly correlationID?: string;
}

/** What an event did to one object; `before` and `after` are missing when there was, or is, none. */
export interface Change {
  readonly key: ObjectKey;
  readonly before?: ObjectState;
  readonly after?: ObjectState;
}

export class ObjectCache {
  private readonly types = new Map<string, Map<string, ObjectState>>();
  private readonly owned = new Map<string, Map<string, ObjectState>>();
  private readonly uids = new Map<string, ObjectState>();
  /** Versions of deletions, so that a late older state does not bring an object back. */
  private readonly deletions = new Map<string, number>();

  get(key: ObjectKey): ObjectState | undefined {
    return this.types.get(objectTypeText(key))?.get(keyText(key));
  }

  /** Every object of every type. */
  all(): readonly ObjectState[] {
    return [...this.uids.values()];
  }

  byUid(uid: string): ObjectState | undefined {
    return this.uids.get(uid);
  }

  list(type: ObjectType, namespace?: string): readonly ObjectState[] {
    const states = [...(this.types.get(objectTypeText(type))?.values() ?? [])];
    return namespace === undefined ? states : states.filter((state) => state.key.namespace === namespace);
  }

  /** Everything in a namespace, of every type. */
  inNamespace(namespace: string): readonly ObjectState[] {
    return [...this.types.values()].flatMap((states) =>
      [...states.values()].filter((state) => state.key.namespace === namespace),
    );
  }

  /** Objects with an owner reference to this uid. */
  ownedBy(uid: string): readonly ObjectState[] {
    return [...(this.owned.get(uid)?.values() ?? [])];
  }

  /** Takes a newer state; undefined when it is not news. */
  put(state: ObjectState): Change | undefined {
    const text = keyText(state.key);
    const before = this.get(state.key);
    const known = Math.max(before?.version ?? 0, this.deletions.get(text) ?? 0);
    if (state.version <= known) return undefined;
    this.deletions.delete(text);
    this.statesOf(state.key).set(text, state);
    this.unlink(before);
    this.uids.set(uidOf(state), state);
    for (const owner of ownersOf(state.object)) this.dependentsOf(owner.uid).set(text, state);
    return { key: state.key, after: state, ...(before === undefined ? {} : { before }) };
  }

  /** Takes a deletion; undefined when something newer is known. */
  remove(key: ObjectKey, version: number): Change | undefined {
    const text = keyText(key);
    const before = this.get(key);
    if (version <= Math.max(before?.version ?? 0, this.deletions.get(text) ?? 0)) return undefined;
    this.deletions.set(text, version);
    if (this.deletions.size > DELETIONS_REMEMBERED) this.deletions.delete(this.deletions.keys().next().value as string);
    this.types.get(objectTypeText(key))?.delete(text);
    this.unlink(before);
    return { key, ...(before === undefined ? {} : { before }) };
  }

  private unlink(before: ObjectState | undefined): void {
    if (before === undefined) return;
    this.uids.delete(uidOf(before));
    for (const owner of ownersOf(before.object)) {
      const dependents = this.owned.get(owner.uid);
      dependents?.delete(keyText(before.key));
      if (dependents?.size === 0) this.owned.delete(owner.uid);
    }
  }

  private statesOf(type: ObjectType): Map<string, ObjectState> {
    return entryOf(this.types, objectTypeText(type));
  }

  private dependentsOf(uid: string): Map<string, ObjectState> {
    return entryOf(this.owned, uid);
  }
}

/** States that arrive late come from writes in flight: far fewer than this. */
const DELETIONS_REMEMBERED = 10_000;

const entryOf = <V>(maps: Map<string, Map<string, V>>, key: string): Map<string, V> => {
  const found = maps.get(key);
  if (found !== undefined) return found;
  const made = new Map<string, V>();
  maps.set(key, made);
  return made;
};

export const uidOf = (state: ObjectState): string => stringAt(objectAt(state.object, 'metadata'), 'uid') ?? '';

/** Whether the object's deletion was asked for and waits for finalizers. */
export const isDeleting = (state: ObjectState): boolean =>
  stringAt(objectAt(state.object, 'metadata'), 'deletionTimestamp') !== undefined;

export const finalizersOf = (state: ObjectState): readonly string[] => {
  const finalizers = objectAt(state.object, 'metadata')['finalizers'];
  if (!Array.isArray(finalizers)) return [];
  return (finalizers as readonly unknown[]).filter((finalizer) => typeof finalizer === 'string');
};

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: boolean;
  readonly blockOwnerDeletion: boolean;
}

export const ownersOf = (object: JsonObject): readonly OwnerReference[] => {
  const references = objectAt(object, 'metadata')['ownerReferences'];
  if (!Array.isArray(references)) return [];
  return (references as readonly unknown[]).filter(isJsonObject).map((reference) => ({
    apiVersion: stringAt(reference, 'apiVersion') ?? '',
    kind: stringAt(reference, 'kind') ?? '',
    name: stringAt(reference, 'name') ?? '',
    uid: stringAt(reference, 'uid') ?? '',
    controller: reference['controller'] === true,
    blockOwnerDeletion: reference['blockOwnerDeletion'] === true,
  }));
};
