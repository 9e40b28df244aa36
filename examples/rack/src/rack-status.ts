/** How much of a rack exists, and how much its template asks for. */
import { isDeleting, uidOf } from '@holdfast/reconcile';
import type { ObjectReader, ObjectState } from '@holdfast/reconcile';

import { BLADES, BMCS, CHASSIS, NODES } from './inventory.js';
import type { RackLayout } from './inventory.js';

/** A type rather than an interface, so that it is a JSON object. */
export type RackTotals = {
  readonly totalChassis: number;
  readonly totalBlades: number;
  readonly totalNodes: number;
  readonly totalBMCs: number;
};

/** Counts along the owner references: what belongs to the rack, whatever it is called. */
export const measureRack = (rack: ObjectState, read: ObjectReader): RackTotals => {
  const chassis = childrenOf([rack], CHASSIS.resource, read);
  const blades = childrenOf(chassis, BLADES.resource, read);
  return {
    totalChassis: chassis.length,
    totalBlades: blades.length,
    totalNodes: childrenOf(blades, NODES.resource, read).length,
    totalBMCs: childrenOf(blades, BMCS.resource, read).length,
  };
};

export const expectedTotals = ({ chassisCount, bladeCount, nodeCount, bmcMode }: RackLayout): RackTotals => {
  const totalBlades = chassisCount * bladeCount;
  const totalNodes = totalBlades * nodeCount;
  return {
    totalChassis: chassisCount,
    totalBlades,
    totalNodes,
    totalBMCs: bmcMode === 'shared' ? totalBlades : totalNodes,
  };
};

const childrenOf = (parents: readonly ObjectState[], resource: string, read: ObjectReader): readonly ObjectState[] =>
  parents.flatMap((parent) =>
    read.ownedBy(uidOf(parent)).filter((child) => child.key.resource === resource && !isDeleting(child)),
  );

export const sameTotals = (a: RackTotals, b: RackTotals): boolean =>
  a.totalChassis === b.totalChassis &&
  a.totalBlades === b.totalBlades &&
  a.totalNodes === b.totalNodes &&
  a.totalBMCs === b.totalBMCs;

export const describeTotals = ({ totalChassis, totalBlades, totalNodes, totalBMCs }: RackTotals): string =>
  `${totalChassis} chassis, ${totalBlades} blades, ${totalNodes} nodes, ${totalBMCs} BMCs`;
