/**
 * A reconciler for each kind that others follow from. A rack makes its chassis, a chassis its blades, a blade its nodes
 * and BMCs; each looks only one step down, and a change of the template wakes all that follow from it. A template counts
 * the racks that use it, and stays while there are any.
 */
import type { JsonObject } from '@holdfast/kernel';
import {
  convergeChildren,
  defineReconciler,
  done,
  generationChanged,
  observing,
  specOf,
  waiting,
  watchMapped,
} from '@holdfast/reconcile';
import type { Change, DesiredChild, Kind, ObjectReader, ObjectState, Outcome } from '@holdfast/reconcile';

import {
  BLADES,
  bladeOf,
  BMCS,
  CHASSIS,
  chassisOfBlade,
  layoutOf,
  NODES,
  RACK_TEMPLATES,
  rackOfChassis,
  RACKS,
  templateOfRack,
} from './inventory.js';
import { describeTotals, expectedTotals, measureRack, sameTotals } from './rack-status.js';

const FINALIZER = 'inventory.holdfast.dev/in-use';

export const rackTemplateReconciler = defineReconciler({
  name: 'rack-template',
  concurrency: 16,
  for: RACK_TEMPLATES,
  watches: [watchMapped(RACKS, ({ before, after }) => [before, after].flatMap(templateKeys))],
  condition: 'Ready',
  reconcile: async (run) => observing(done, usageBy(racksOf(run.object, run.read))),
  finalize: {
    finalizer: FINALIZER,
    run: async (run) => {
      const users = racksOf(run.object, run.read);
      const outcome = users.length === 0 ? done : waiting('InUse', describeUsers(users));
      return observing(outcome, usageBy(users));
    },
  },
});

export const rackReconciler = defineReconciler({
  name: 'rack',
  concurrency: 16,
  for: RACKS,
  owns: [CHASSIS],
  watches: [
    watchMapped(
      RACK_TEMPLATES,
      (change, read) => racksOfTemplate(change, read).map((rack) => rack.key),
      generationChanged,
    ),
    watchMapped(BLADES, (change, read) =>
      rackKeys(statesOf(change).map((blade) => rackOfChassis(chassisOfBlade(blade, read), read))),
    ),
    watchMapped(NODES, (change, read) => rackKeys(statesOf(change).map((node) => rackOfBladeChild(node, read)))),
    watchMapped(BMCS, (change, read) => rackKeys(statesOf(change).map((bmc) => rackOfBladeChild(bmc, read)))),
  ],
  condition: 'Ready',
  reconcile: async (run) => {
    const template = templateOfRack(run.object, run.read);
    if (template === undefined) {
      const missing = waiting('TemplateNotFound', `RackTemplate "${run.spec.templateName}" does not exist`);
      return observing(missing, measureRack(run.object, run.read));
    }
    const converged = await convergeChildren(run, run.object, [CHASSIS], desiredChassis(run.object, template));
    return progressOf(run.object, template, converged, run.read);
  },
});

export const chassisReconciler = defineReconciler({
  name: 'chassis',
  concurrency: 16,
  for: CHASSIS,
  owns: [BLADES],
  watches: [
    watchMapped(
      RACK_TEMPLATES,
      (change, read) => racksOfTemplate(change, read).flatMap((rack) => childKeys(rack, CHASSIS, 'rackName', read)),
      generationChanged,
    ),
    watchMapped(RACKS, (change, read) =>
      statesOf(change).flatMap((rack) => childKeys(rack, CHASSIS, 'rackName', read)),
    ),
  ],
  reconcile: async (run) => {
    const template = templateOfRack(rackOfChassis(run.object, run.read), run.read);
    if (template === undefined) return done;
    return convergeChildren(run, run.object, [BLADES], desiredBlades(run.object, template));
  },
});

export const bladeReconciler = defineReconciler({
  name: 'blade',
  concurrency: 16,
  for: BLADES,
  owns: [NODES, BMCS],
  watches: [
    watchMapped(
      RACK_TEMPLATES,
      (change, read) => racksOfTemplate(change, read).flatMap((rack) => bladesOfRack(rack, read)),
      generationChanged,
    ),
    watchMapped(RACKS, (change, read) => statesOf(change).flatMap((rack) => bladesOfRack(rack, read))),
  ],
  reconcile: async (run) => {
    const template = templateOfRack(rackOfChassis(chassisOfBlade(run.object, run.read), run.read), run.read);
    if (template === undefined) return done;
    return convergeChildren(run, run.object, [NODES, BMCS], desiredBladeChildren(run.object, template));
  },
});

const NAMED_USERS = 10;

const usageBy = (users: readonly ObjectState[]): JsonObject => {
  const isUsed = users.length > 0;
  const [status, reason] = isUsed ? ['True', 'UsedByRacks'] : ['False', 'NoRacks'];
  const message = isUsed ? describeUsers(users) : 'no rack uses it';
  return { usageCount: users.length, conditions: [{ type: 'InUse', status, reason, message }] };
};

const describeUsers = (users: readonly ObjectState[]): string => {
  const names = users.slice(0, NAMED_USERS).map(({ key }) => key.name);
  const others = users.length > NAMED_USERS ? ', …' : '';
  return `used by ${users.length} racks: ${names.join(', ')}${others}`;
};

/** How far the rack is, once its own children are as desired: the rest is made by the reconcilers below it. */
const progressOf = (rack: ObjectState, template: ObjectState, converged: Outcome, read: ObjectReader): Outcome => {
  const totals = measureRack(rack, read);
  if (converged.kind !== 'done') return observing(converged, totals);
  const expected = expectedTotals(layoutOf(template));
  const isComplete = sameTotals(expected, totals);
  const outcome: Outcome = isComplete
    ? { kind: 'done', reason: 'Provisioned', message: describeTotals(expected) }
    : waiting('Provisioning', `${describeTotals(totals)} of ${describeTotals(expected)}`);
  return observing(outcome, totals);
};

const indexes = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** `<parent>-<kind in lower case>-<index>`: the same name for the same child, so that a repeat makes nothing twice. */
const childName = (parent: string, kind: Kind, index: number): string =>
  `${parent}-${kind.kind.toLowerCase()}-${index}`;

const desiredChassis = (rack: ObjectState, template: ObjectState): readonly DesiredChild[] =>
  indexes(layoutOf(template).chassisCount).map((chassisNumber) => ({
    kind: CHASSIS,
    name: childName(rack.key.name, CHASSIS, chassisNumber),
    content: { spec: { rackName: rack.key.name, chassisNumber } },
  }));

const desiredBlades = (chassis: ObjectState, template: ObjectState): readonly DesiredChild[] =>
  indexes(layoutOf(template).bladeCount).map((bladeNumber) => ({
    kind: BLADES,
    name: childName(chassis.key.name, BLADES, bladeNumber),
    content: { spec: { chassisName: chassis.key.name, bladeNumber } },
  }));

const desiredBladeChildren = (blade: ObjectState, template: ObjectState): readonly DesiredChild[] => {
  const bladeName = blade.key.name;
  const { nodeCount, bmcMode } = layoutOf(template);
  const bmcCount = bmcMode === 'shared' ? 1 : nodeCount;
  const bmcs = indexes(bmcCount).map((index) => ({
    kind: BMCS,
    name: childName(bladeName, BMCS, index),
    content: { spec: { bladeName } },
  }));
  const nodes = indexes(nodeCount).map((nodeNumber) => ({
    kind: NODES,
    name: childName(bladeName, NODES, nodeNumber),
    content: {
      spec: { bladeName, nodeNumber, bmcName: childName(bladeName, BMCS, bmcMode === 'shared' ? 0 : nodeNumber) },
    },
  }));
  return [...bmcs, ...nodes];
};

const statesOf = ({ before, after }: Change): readonly ObjectState[] =>
  [before, after].filter((state) => state !== undefined);

const templateKeys = (rack: ObjectState | undefined) =>
  rack === undefined
    ? []
    : [{ ...rack.key, resource: RACK_TEMPLATES.resource, name: specOf(RACKS, rack).templateName }];

const rackOfBladeChild = (child: ObjectState, read: ObjectReader): ObjectState | undefined =>
  rackOfChassis(chassisOfBlade(bladeOf(child, read), read), read);

const rackKeys = (racks: readonly (ObjectState | undefined)[]) =>
  racks.filter((rack) => rack !== undefined).map((rack) => rack.key);

const racksOf = (template: ObjectState, read: ObjectReader): readonly ObjectState[] =>
  read.list(RACKS, template.key.namespace).filter((rack) => specOf(RACKS, rack).templateName === template.key.name);

const racksOfTemplate = ({ before, after }: Change, read: ObjectReader): readonly ObjectState[] => {
  const template = after ?? before;
  return template === undefined ? [] : racksOf(template, read);
};

const childKeys = (parent: ObjectState, kind: Kind, member: string, read: ObjectReader) =>
  read
    .list(kind, parent.key.namespace)
    .filter((child) => specOf(kind, child)[member] === parent.key.name)
    .map((child) => child.key);

const bladesOfRack = (rack: ObjectState, read: ObjectReader) => {
  const chassisNames = new Set<unknown>(childKeys(rack, CHASSIS, 'rackName', read).map((key) => key.name));
  return read
    .list(BLADES, rack.key.namespace)
    .filter((blade) => chassisNames.has(specOf(BLADES, blade)['chassisName']))
    .map((blade) => blade.key);
};
