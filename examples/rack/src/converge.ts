/** One run of a parent's reconciler: plan the children, carry it out, tell how it went. */
import { keyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/kernel';
import { done, retry, uidOf, waiting } from '@holdfast/reconcile';
import type { ObjectState, ObjectType, Outcome, Run } from '@holdfast/reconcile';

import { performChildAction, planChildren } from './children.js';
import type { DesiredChild } from './children.js';
import { keyOf } from './inventory.js';

/** Refused by the store: the message is the store's own. */
export class WriteRefused extends Error {
  override readonly name = 'WriteRefused';

  constructor(
    key: ObjectKey,
    readonly refusal: Refusal,
  ) {
    super(`${keyText(key)}: ${refusal.message}`);
  }
}

/** Brings the parent's children of these types to the desired ones; `done` when nothing is left to do. */
export const convergeChildren = async (
  run: Run,
  parent: ObjectState,
  types: readonly ObjectType[],
  desired: readonly DesiredChild[],
): Promise<Outcome> => {
  const resources = new Set(types.map((type) => type.resource));
  const actions = planChildren({
    parentUid: uidOf(parent),
    desired,
    owned: run.read.ownedBy(uidOf(parent)).filter((child) => resources.has(child.key.resource)),
    at: (child) => run.read.get(keyOf(child.type, parent.key.namespace, child.name)),
  });
  for (const action of actions) {
    if (action.kind === 'blocked') {
      const { type, name } = action.child;
      return waiting('NameTaken', `${type.kind} "${name}" exists and belongs to somebody else`);
    }
    const result = await performChildAction(run, parent, action);
    if (!result.ok) return retry(new WriteRefused(parent.key, result.refusal));
  }
  return done;
};
