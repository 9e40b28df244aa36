/** A kind as reconcilers in TypeScript know it: its names, and the types of spec and status behind them. */
import type { ObjectKey } from '@holdfast/contracts';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';

import type { ObjectState, ObjectType } from './object-cache.js';

/** `Spec` and `Status` are what the kind's schema guarantees; the store has checked it. */
export interface Kind<Spec extends object = JsonObject, Status extends object = JsonObject> extends ObjectType {
  readonly kind: string;
  /** The API version that is read and written, such as `v1`. */
  readonly version: string;
  /** Carries the types; never there. */
  readonly types?: { readonly spec: Spec; readonly status: Status };
}

export const keyOf = (type: ObjectType, namespace: string, name: string): ObjectKey => ({
  group: type.group,
  resource: type.resource,
  namespace,
  name,
});

export const apiVersionOf = ({ group, version }: Kind<object, object>): string =>
  group === '' ? version : `${group}/${version}`;

/** What was declared; the schema of the kind vouches for its type. */
export const specOf = <Spec extends object>(_kind: Kind<Spec, object>, state: ObjectState): Spec =>
  objectAt(state.object, 'spec') as Spec;

/** What was observed; every member may still be missing. */
export const statusOf = <Status extends object>(_kind: Kind<object, Status>, state: ObjectState): Partial<Status> =>
  objectAt(state.object, 'status') as Partial<Status>;
