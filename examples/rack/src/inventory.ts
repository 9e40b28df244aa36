/** The kinds of the rack inventory, and how its objects name one another. */
import type { ObjectKey } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import type { ObjectReader, ObjectState, ObjectType } from '@holdfast/reconcile';

export const GROUP = 'inventory.holdfast.dev';
export const VERSION = 'v1';

interface InventoryType extends ObjectType {
  readonly kind: string;
}

const type = (kind: string, resource: string): InventoryType => ({ group: GROUP, resource, kind });

export const RACK_TEMPLATES = type('RackTemplate', 'racktemplates');
export const RACKS = type('Rack', 'racks');
export const CHASSIS = type('Chassis', 'chassis');
export const BLADES = type('Blade', 'blades');
export const BMCS = type('BMC', 'bmcs');
export const NODES = type('Node', 'nodes');

export const keyOf = (of: ObjectType, namespace: string, name: string): ObjectKey => ({
  group: of.group,
  resource: of.resource,
  namespace,
  name,
});

export const specOf = (state: ObjectState): JsonObject => objectAt(state.object, 'spec');
export const statusOf = (state: ObjectState): JsonObject => objectAt(state.object, 'status');

/** What a rack is made of, once its template's schema has been checked by the store. */
export interface RackLayout {
  readonly chassisCount: number;
  readonly bladeCount: number;
  readonly nodeCount: number;
  readonly bmcMode: 'shared' | 'dedicated';
}

export const layoutOf = (template: ObjectState): RackLayout => {
  const chassis = objectAt(specOf(template), 'chassisConfig');
  const blade = objectAt(chassis, 'bladeConfig');
  return {
    chassisCount: Number(specOf(template)['chassisCount']),
    bladeCount: Number(chassis['bladeCount']),
    nodeCount: Number(blade['nodeCount']),
    bmcMode: blade['bmcMode'] === 'dedicated' ? 'dedicated' : 'shared',
  };
};

const parentIn = (
  state: ObjectState | undefined,
  member: string,
  parent: ObjectType,
  read: ObjectReader,
): ObjectState | undefined => {
  const name = state === undefined ? undefined : stringAt(specOf(state), member);
  if (state === undefined || name === undefined) return undefined;
  return read.get(keyOf(parent, state.key.namespace, name));
};

export const templateOfRack = (rack: ObjectState | undefined, read: ObjectReader): ObjectState | undefined =>
  parentIn(rack, 'templateName', RACK_TEMPLATES, read);

export const rackOfChassis = (chassis: ObjectState | undefined, read: ObjectReader): ObjectState | undefined =>
  parentIn(chassis, 'rackName', RACKS, read);

export const chassisOfBlade = (blade: ObjectState | undefined, read: ObjectReader): ObjectState | undefined =>
  parentIn(blade, 'chassisName', CHASSIS, read);

export const bladeOf = (child: ObjectState | undefined, read: ObjectReader): ObjectState | undefined =>
  parentIn(child, 'bladeName', BLADES, read);
