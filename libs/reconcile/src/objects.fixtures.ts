import type { JsonObject } from '@holdfast/kernel';

import { keyOf } from './kind.js';
import type { Kind } from './kind.js';
import type { Change, ObjectState } from './object-cache.js';

export const RACKS: Kind<{ readonly size: number }, { readonly used: number }> = {
  group: 'inventory.holdfast.dev',
  version: 'v1',
  resource: 'racks',
  kind: 'Rack',
};
export const CHASSIS: Kind = { group: 'inventory.holdfast.dev', version: 'v1', resource: 'chassis', kind: 'Chassis' };

interface Given {
  readonly version?: number;
  readonly metadata?: JsonObject;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

export const anObject = (kind: Kind<object, object>, name: string, given: Given = {}): ObjectState => {
  const { version = 1, metadata = {}, spec = {}, status } = given;
  return {
    key: keyOf(kind, 'default', name),
    version,
    object: {
      apiVersion: `${kind.group}/${kind.version}`,
      kind: kind.kind,
      metadata: { name, namespace: 'default', uid: `uid-of-${name}`, generation: 1, ...metadata },
      spec,
      ...(status === undefined ? {} : { status }),
    },
  };
};

export const aRack = (name: string, given: Given = {}): ObjectState => anObject(RACKS, name, given);

/** Controlled by this rack. */
export const aChassisOf = (rack: string, name: string, given: Given = {}): ObjectState =>
  anObject(CHASSIS, name, {
    ...given,
    metadata: {
      ownerReferences: [
        { apiVersion: 'inventory.holdfast.dev/v1', kind: 'Rack', name: rack, uid: `uid-of-${rack}`, controller: true },
      ],
      ...given.metadata,
    },
  });

export const changeTo = (after: ObjectState, before?: ObjectState): Change => ({
  key: after.key,
  after,
  ...(before === undefined ? {} : { before }),
});
