/** Children that follow from their parent: owned by it, put right when they differ, deleted when they are too much. */
import { isJsonObject, jsonEquals, objectAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';

import { apiVersionOf, keyOf } from './kind.js';
import type { Kind } from './kind.js';
import { isDeleting, objectTypeText, ownersOf, uidOf } from './object-cache.js';
import type { ObjectState } from './object-cache.js';
import { done, retry, waiting } from './outcome.js';
import type { Outcome } from './outcome.js';
import type { Run, WriteResult } from './reconciler.js';
import { WriteRefused } from './write-refused.js';

export interface DesiredChild {
  readonly kind: Kind<object, object>;
  readonly name: string;
  /** Members that the parent decides, such as `spec` and `data`; what they leave out belongs to whoever sets it. */
  readonly content: JsonObject;
  /** Null takes one away. */
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

export type ChildAction =
  | { readonly kind: 'create'; readonly child: DesiredChild }
  | { readonly kind: 'correct'; readonly child: DesiredChild; readonly found: ObjectState }
  | { readonly kind: 'delete'; readonly found: ObjectState; readonly version: string }
  /** The name is taken by an object that the parent does not control. */
  | { readonly kind: 'blocked'; readonly child: DesiredChild; readonly found: ObjectState }
  /** One of the same name has to go first. */
  | { readonly kind: 'await'; readonly child: DesiredChild };

/**
 * What brings the children that exist to those that are desired: first what is missing or wrong, then what is too much.
 * `at` looks an object up by kind and name; `owned` are those that name the parent as an owner: only what it controls are
 * its children.
 */
export const planChildren = (input: {
  readonly parentUid: string;
  readonly kinds: readonly Kind<object, object>[];
  readonly desired: readonly DesiredChild[];
  readonly owned: readonly ObjectState[];
  readonly at: (child: DesiredChild) => ObjectState | undefined;
}): readonly ChildAction[] => {
  const actions = input.desired.flatMap((child) => actionFor(child, input.at(child), input.parentUid));
  const wanted = new Set(input.desired.map(({ kind, name }) => `${objectTypeText(kind)}/${name}`));
  const versions = new Map(input.kinds.map((kind) => [objectTypeText(kind), kind.version]));
  for (const found of input.owned) {
    if (isDeleting(found) || !isControlledBy(found, input.parentUid)) continue;
    const type = objectTypeText(found.key);
    const version = versions.get(type);
    const isWanted = version === undefined || wanted.has(`${type}/${found.key.name}`);
    if (!isWanted) actions.push({ kind: 'delete', found, version });
  }
  return actions;
};

/**
 * Brings the parent's children of these kinds to the desired ones, those in other kinds are left alone; for a parent that
 * is gone meanwhile, even if another has its name, nothing is done any more.
 */
export const convergeChildren = async (
  run: Run,
  parent: ObjectState,
  kinds: readonly Kind<object, object>[],
  desired: readonly DesiredChild[],
): Promise<Outcome> => {
  const actions = planChildren({
    parentUid: uidOf(parent),
    kinds,
    desired,
    owned: run.read.ownedBy(uidOf(parent)),
    at: ({ kind, name }) => run.read.get(keyOf(kind, parent.key.namespace, name)),
  });
  for (const action of actions) {
    if (run.read.byUid(uidOf(parent)) === undefined) return done;
    if (action.kind === 'blocked' || action.kind === 'await') continue;
    const result = await performChildAction(run, parent, action);
    if (!result.ok) return retry(new WriteRefused(parent.key, result.refusal));
  }
  return blockedBy(actions) ?? heldUpBy(actions) ?? done;
};

/** Strangers are neither taken over nor overwritten: the parent waits until the names are free. */
const blockedBy = (actions: readonly ChildAction[]): Outcome | undefined => {
  const blocked = actions.filter((action) => action.kind === 'blocked');
  const [first] = blocked;
  if (first === undefined) return undefined;
  const others = blocked.length > 1 ? `, and ${blocked.length - 1} more names are taken` : '';
  const { kind, name } = first.child;
  const message = `${kind.kind} "${name}" exists, ${holderText(first.found)}${others}`;
  return { kind: 'waiting', reason: 'NameTaken', message, awaits: blocked.map(({ found }) => found) };
};

const holderText = ({ object }: ObjectState): string => {
  const holder = ownersOf(object).find(({ controller }) => controller);
  if (holder === undefined) return 'and nothing controls it: it is made anew once that one is deleted';
  return `and ${holder.kind} "${holder.name}" (uid ${holder.uid}) controls it`;
};

/** Its going wakes the parent, which controls it. */
const heldUpBy = (actions: readonly ChildAction[]): Outcome | undefined => {
  const going = actions.find((action) => action.kind === 'await');
  if (going === undefined) return undefined;
  const { kind, name } = going.child;
  return waiting('BeingDeleted', `${kind.kind} "${name}" is being deleted, and made again after that`);
};

const actionFor = (child: DesiredChild, found: ObjectState | undefined, parentUid: string): ChildAction[] => {
  if (found === undefined) return [{ kind: 'create', child }];
  if (!isControlledBy(found, parentUid)) return [{ kind: 'blocked', child, found }];
  if (isDeleting(found)) return [{ kind: 'await', child }];
  return isAsDesired(found, child) ? [] : [{ kind: 'correct', child, found }];
};

const performChildAction = (
  run: Run,
  parent: ObjectState,
  action: Extract<ChildAction, { kind: 'create' | 'correct' | 'delete' }>,
): Promise<WriteResult> => {
  switch (action.kind) {
    case 'create':
      return createChild(run, parent, action.child);
    case 'correct':
      return run.write.patch(action.found.key, action.child.kind.version, decidedBy(action.child));
    case 'delete':
      return run.write.delete(action.found.key, action.version, uidOf(action.found));
  }
};

const createChild = (run: Run, parent: ObjectState, child: DesiredChild): Promise<WriteResult> => {
  const { namespace } = parent.key;
  const { kind, name, content, labels, annotations } = child;
  const metadata: JsonObject = {
    name,
    ...(namespace === '' ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ownerReferences: [ownerReferenceTo(parent)],
  };
  const object = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, ...content };
  return run.write.create(keyOf(kind, namespace, name), kind.version, object);
};

const ownerReferenceTo = (parent: ObjectState): JsonObject => ({
  apiVersion: parent.object['apiVersion'],
  kind: parent.object['kind'],
  name: parent.key.name,
  uid: uidOf(parent),
  controller: true,
  blockOwnerDeletion: true,
});

/** The members that the parent decides, as a merge patch. */
const decidedBy = ({ content, labels, annotations }: DesiredChild): JsonObject => {
  const metadata = {
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return Object.keys(metadata).length === 0 ? content : { ...content, metadata };
};

const isControlledBy = (state: ObjectState, uid: string): boolean =>
  ownersOf(state.object).some((owner) => owner.controller && owner.uid === uid);

const isAsDesired = (found: ObjectState, child: DesiredChild): boolean => contains(found.object, decidedBy(child));

/** Whether merging `part` into `whole` would change nothing. */
const contains = (whole: JsonObject, part: JsonObject): boolean =>
  Object.keys(part).every((member) => {
    const wanted: JsonValue | undefined = part[member];
    if (wanted === null) return whole[member] === undefined;
    return isJsonObject(wanted) ? contains(objectAt(whole, member), wanted) : jsonEquals(whole[member], wanted);
  });
