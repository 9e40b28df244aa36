/**
 * Three reconcilers, one for each kind that has children. A rack makes its chassis, a chassis its blades, a blade its
 * nodes and BMCs; each looks only one step down, and a change of the template wakes all that follow from it.
 */
import { jsonEquals } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import {
  conditionsOf,
  done,
  isDeleting,
  retry,
  setCondition,
  watchFor,
  watchMapped,
  watchOwned,
} from '@holdfast/reconcile';
import type {
  Change,
  ObjectReader,
  ObjectState,
  ObjectType,
  Outcome,
  ReconcilerDefinition,
  Run,
} from '@holdfast/reconcile';

import { childName } from './children.js';
import type { DesiredChild } from './children.js';
import { convergeChildren, WriteRefused } from './converge.js';
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
  specOf,
  statusOf,
  templateOfRack,
  VERSION,
} from './inventory.js';
import { measureRack, readiness } from './rack-status.js';

export const rackReconciler: ReconcilerDefinition = {
  name: 'rack',
  concurrency: 4,
  watches: [
    watchFor(RACKS),
    watchOwned(CHASSIS, RACKS),
    watchMapped(RACK_TEMPLATES, (change, read) => racksOfTemplate(change, read).map((rack) => rack.key)),
    watchMapped(BLADES, (change, read) =>
      rackKeys(statesOf(change).map((blade) => rackOf(chassisOfBlade(blade, read), read))),
    ),
    watchMapped(NODES, (change, read) => rackKeys(statesOf(change).map((node) => rackOfBladeChild(node, read)))),
    watchMapped(BMCS, (change, read) => rackKeys(statesOf(change).map((bmc) => rackOfBladeChild(bmc, read)))),
  ],
  reconcile: async (run) => {
    const rack = run.read.get(run.key);
    if (rack === undefined || isDeleting(rack)) return done;
    const template = templateOfRack(rack, run.read);
    const converged =
      template === undefined ? done : await convergeChildren(run, rack, [CHASSIS], desiredChassis(rack, template));
    return (await writeRackStatus(run, converged)) ?? converged;
  },
};

export const chassisReconciler: ReconcilerDefinition = {
  name: 'chassis',
  concurrency: 4,
  watches: [
    watchFor(CHASSIS),
    watchOwned(BLADES, CHASSIS),
    watchMapped(RACK_TEMPLATES, (change, read) =>
      racksOfTemplate(change, read).flatMap((rack) => childKeys(rack, CHASSIS, 'rackName', read)),
    ),
    watchMapped(RACKS, (change, read) =>
      statesOf(change).flatMap((rack) => childKeys(rack, CHASSIS, 'rackName', read)),
    ),
  ],
  reconcile: async (run) => {
    const chassis = run.read.get(run.key);
    const template = templateOfRack(rackOf(chassis, run.read), run.read);
    if (chassis === undefined || isDeleting(chassis) || template === undefined) return done;
    return convergeChildren(run, chassis, [BLADES], desiredBlades(chassis, template));
  },
};

export const bladeReconciler: ReconcilerDefinition = {
  name: 'blade',
  concurrency: 4,
  watches: [
    watchFor(BLADES),
    watchOwned(NODES, BLADES),
    watchOwned(BMCS, BLADES),
    watchMapped(RACK_TEMPLATES, (change, read) =>
      racksOfTemplate(change, read).flatMap((rack) => bladesOfRack(rack, read)),
    ),
    watchMapped(RACKS, (change, read) => statesOf(change).flatMap((rack) => bladesOfRack(rack, read))),
  ],
  reconcile: async (run) => {
    const blade = run.read.get(run.key);
    const template = templateOfRack(rackOf(chassisOfBlade(blade, run.read), run.read), run.read);
    if (blade === undefined || isDeleting(blade) || template === undefined) return done;
    return convergeChildren(run, blade, [NODES, BMCS], desiredBladeChildren(blade, template));
  },
};

const indexes = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

const desiredChassis = (rack: ObjectState, template: ObjectState): readonly DesiredChild[] =>
  indexes(layoutOf(template).chassisCount).map((chassisNumber) => ({
    type: CHASSIS,
    name: childName(rack.key.name, CHASSIS.kind, chassisNumber),
    spec: { rackName: rack.key.name, chassisNumber },
  }));

const desiredBlades = (chassis: ObjectState, template: ObjectState): readonly DesiredChild[] =>
  indexes(layoutOf(template).bladeCount).map((bladeNumber) => ({
    type: BLADES,
    name: childName(chassis.key.name, BLADES.kind, bladeNumber),
    spec: { chassisName: chassis.key.name, bladeNumber },
  }));

const desiredBladeChildren = (blade: ObjectState, template: ObjectState): readonly DesiredChild[] => {
  const bladeName = blade.key.name;
  const { nodeCount, bmcMode } = layoutOf(template);
  const bmcCount = bmcMode === 'shared' ? 1 : nodeCount;
  const bmcs = indexes(bmcCount).map((index) => ({
    type: BMCS,
    name: childName(bladeName, BMCS.kind, index),
    spec: { bladeName },
  }));
  const nodes = indexes(nodeCount).map((nodeNumber) => ({
    type: NODES,
    name: childName(bladeName, NODES.kind, nodeNumber),
    spec: {
      bladeName,
      nodeNumber,
      bmcName: childName(bladeName, BMCS.kind, bmcMode === 'shared' ? 0 : nodeNumber),
    },
  }));
  return [...bmcs, ...nodes];
};

const writeRackStatus = async (run: Run, converged: Outcome): Promise<Outcome | undefined> => {
  const rack = run.read.get(run.key);
  if (rack === undefined) return undefined;
  const template = templateOfRack(rack, run.read);
  const totals = measureRack(rack, run.read);
  const ready = readiness({ rack, layout: template && layoutOf(template), totals, converged });
  const before = statusOf(rack);
  const conditions = setCondition(conditionsOf(before), ready, run.now);
  const status: JsonObject = { ...before, ...totals, observedGeneration: ready.observedGeneration, conditions };
  if (jsonEquals(before, status)) return undefined;
  const result = await run.write.updateStatus(rack, VERSION, status);
  return result.ok ? undefined : retry(new WriteRefused(run.key, result.refusal));
};

const statesOf = ({ before, after }: Change): readonly ObjectState[] =>
  [before, after].filter((state) => state !== undefined);

const rackOf = rackOfChassis;

const rackOfBladeChild = (child: ObjectState, read: ObjectReader): ObjectState | undefined =>
  rackOf(chassisOfBlade(bladeOf(child, read), read), read);

const rackKeys = (racks: readonly (ObjectState | undefined)[]) =>
  racks.filter((rack) => rack !== undefined).map((rack) => rack.key);

const racksOfTemplate = (change: Change, read: ObjectReader): readonly ObjectState[] =>
  read.list(RACKS, change.key.namespace).filter((rack) => specOf(rack)['templateName'] === change.key.name);

const childKeys = (parent: ObjectState, type: ObjectType, member: string, read: ObjectReader) =>
  read
    .list(type, parent.key.namespace)
    .filter((child) => specOf(child)[member] === parent.key.name)
    .map((child) => child.key);

const bladesOfRack = (rack: ObjectState, read: ObjectReader) => {
  const chassisNames = new Set<unknown>(childKeys(rack, CHASSIS, 'rackName', read).map((key) => key.name));
  return read
    .list(BLADES, rack.key.namespace)
    .filter((blade) => chassisNames.has(specOf(blade)['chassisName']))
    .map((blade) => blade.key);
};
