/** Objects of the kinds of pools, as rules read them; the schemas vouch for the types. */
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import type { ResourceState } from '@holdfast/resource';

import type { PrebuildKind } from '../kinds/define-kind.js';

export interface Found<Spec> {
  readonly name: string;
  readonly spec: Spec;
  /** Its deletion was asked for. */
  readonly deleting: boolean;
}

export const specIn = <Spec extends object>(_kind: PrebuildKind<Spec, object>, object: JsonObject): Spec =>
  objectAt(object, 'spec') as Spec;

/** The newest state of the object that another one names within its namespace. */
export const lookUp = <Spec extends object>(
  state: ResourceState,
  kind: PrebuildKind<Spec, object>,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Found<Spec> | undefined => {
  const stored = state.get({ group: kind.group, resource: kind.resource, namespace, name });
  return stored && { name, spec: specIn(kind, stored.object), deleting: isDeleting(stored.object) };
};

export const isDeleting = (object: JsonObject): boolean =>
  objectAt(object, 'metadata')['deletionTimestamp'] !== undefined;
