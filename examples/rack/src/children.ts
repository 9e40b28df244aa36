/** Children that follow from their parent: named after it, owned by it, put right when they differ. */
import { jsonEquals, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { isDeleting, ownersOf, uidOf } from '@holdfast/reconcile';
import type { ObjectState, ObjectType, Run, WriteResult } from '@holdfast/reconcile';

import { GROUP, keyOf, specOf, VERSION } from './inventory.js';

export interface DesiredChild {
  readonly type: ObjectType & { readonly kind: string };
  readonly name: string;
  /** The members of spec that the parent decides; others belong to whoever sets them. */
  readonly spec: JsonObject;
}

export type ChildAction =
  | { readonly kind: 'create'; readonly child: DesiredChild }
  | { readonly kind: 'correct'; readonly child: DesiredChild; readonly found: ObjectState }
  | { readonly kind: 'delete'; readonly found: ObjectState }
  /** The name is taken by an object of somebody else's. */
  | { readonly kind: 'blocked'; readonly child: DesiredChild };

/** `<parent>-<kind in lower case>-<index>`: the same name for the same child, so that a repeat makes nothing twice. */
export const childName = (parent: string, kind: string, index: number): string =>
  `${parent}-${kind.toLowerCase()}-${index}`;

/**
 * What brings the children that exist to those that are desired: first what is missing or wrong, then what is too much.
 * `at` looks an object up by type and name, `owned` are all children that the parent controls.
 */
export const planChildren = (input: {
  readonly parentUid: string;
  readonly desired: readonly DesiredChild[];
  readonly owned: readonly ObjectState[];
  readonly at: (child: DesiredChild) => ObjectState | undefined;
}): readonly ChildAction[] => {
  const actions: ChildAction[] = [];
  const wanted = new Set(input.desired.map((child) => `${child.type.resource}/${child.name}`));
  for (const child of input.desired) {
    const found = input.at(child);
    if (found === undefined) actions.push({ kind: 'create', child });
    else if (!isOwnedBy(found, input.parentUid)) actions.push({ kind: 'blocked', child });
    else if (!isAsDesired(found, child)) actions.push({ kind: 'correct', child, found });
  }
  for (const found of input.owned) {
    const isWanted = wanted.has(`${found.key.resource}/${found.key.name}`);
    if (!isWanted && !isDeleting(found)) actions.push({ kind: 'delete', found });
  }
  return actions;
};

/** Carries out one action; a refusal is the answer, not an exception. */
export const performChildAction = (
  run: Run,
  parent: ObjectState,
  action: Exclude<ChildAction, { kind: 'blocked' }>,
) => {
  switch (action.kind) {
    case 'create':
      return createChild(run, parent, action.child);
    case 'correct':
      return run.write.patch(action.found.key, VERSION, { spec: action.child.spec });
    case 'delete':
      return run.write.delete(action.found.key, VERSION, uidOf(action.found));
  }
};

const createChild = (run: Run, parent: ObjectState, child: DesiredChild): Promise<WriteResult> => {
  const { namespace } = parent.key;
  const apiVersion = `${GROUP}/${VERSION}`;
  const owner: JsonObject = {
    apiVersion,
    kind: stringAt(parent.object, 'kind') ?? '',
    name: parent.key.name,
    uid: uidOf(parent),
    controller: true,
    blockOwnerDeletion: true,
  };
  const metadata = { name: child.name, namespace, ownerReferences: [owner] };
  const object = { apiVersion, kind: child.type.kind, metadata, spec: child.spec };
  return run.write.create(keyOf(child.type, namespace, child.name), VERSION, object);
};

const isOwnedBy = (state: ObjectState, uid: string): boolean =>
  ownersOf(state.object).some((owner) => owner.controller && owner.uid === uid);

const isAsDesired = (found: ObjectState, child: DesiredChild): boolean =>
  Object.entries(child.spec).every(([member, value]) => jsonEquals(specOf(found)[member], value));
