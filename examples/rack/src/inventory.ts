/** The kinds of the rack inventory, and how its objects name one another. */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { keyOf, specOf } from '@holdfast/reconcile';
import type { Kind, ObjectReader, ObjectState } from '@holdfast/reconcile';

const GROUP = 'inventory.holdfast.dev';
const VERSION = 'v1';

export interface RackTemplateSpec {
  readonly chassisCount: number;
  readonly chassisConfig: {
    readonly bladeCount: number;
    readonly bladeConfig: { readonly nodeCount: number; readonly bmcMode: 'shared' | 'dedicated' };
  };
}

export interface RackSpec {
  readonly templateName: string;
}

const kind = <Spec extends object = JsonObject>(name: string, resource: string): Kind<Spec> => ({
  group: GROUP,
  version: VERSION,
  resource,
  kind: name,
});

export const RACK_TEMPLATES = kind<RackTemplateSpec>('RackTemplate', 'racktemplates');
export const RACKS = kind<RackSpec>('Rack', 'racks');
export const CHASSIS = kind('Chassis', 'chassis');
export const BLADES = kind('Blade', 'blades');
export const BMCS = kind('BMC', 'bmcs');
export const NODES = kind('Node', 'nodes');

/** What a rack is made of. */
export interface RackLayout {
  readonly chassisCount: number;
  readonly bladeCount: number;
  readonly nodeCount: number;
  readonly bmcMode: 'shared' | 'dedicated';
}

export const layoutOf = (template: ObjectState): RackLayout => {
  const { chassisCount, chassisConfig } = specOf(RACK_TEMPLATES, template);
  return { chassisCount, bladeCount: chassisConfig.bladeCount, ...chassisConfig.bladeConfig };
};

const parentIn = (
  state: ObjectState | undefined,
  member: string,
  parent: Kind<object>,
  read: ObjectReader,
): ObjectState | undefined => {
  const name = state === undefined ? undefined : stringAt(objectAt(state.object, 'spec'), member);
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
