/** What a rack's status says: how much of it exists, and whether that is what its template asks for. */
import { objectAt, stringAt } from '@holdfast/kernel';
import { isDeleting, uidOf } from '@holdfast/reconcile';
import type { Observation, ObjectReader, ObjectState, Outcome } from '@holdfast/reconcile';

import { BLADES, BMCS, CHASSIS, NODES, specOf } from './inventory.js';
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

export const readiness = (input: {
  readonly rack: ObjectState;
  readonly layout: RackLayout | undefined;
  readonly totals: RackTotals;
  readonly converged: Outcome;
}): Observation => {
  const observedGeneration = Number(objectAt(input.rack.object, 'metadata')['generation'] ?? 0);
  const not = (reason: string, message: string): Observation => ({
    type: 'Ready',
    status: 'False',
    reason,
    message,
    observedGeneration,
  });
  if (input.layout === undefined) {
    return not(
      'TemplateNotFound',
      `RackTemplate "${stringAt(specOf(input.rack), 'templateName') ?? ''}" does not exist`,
    );
  }
  if (input.converged.kind === 'retry') return not('ReconcileError', input.converged.error.message);
  if (input.converged.kind === 'waiting') return not(input.converged.reason, input.converged.message);
  const expected = expectedTotals(input.layout);
  if (!sameTotals(expected, input.totals))
    return not('Provisioning', `${describe(input.totals)} of ${describe(expected)}`);
  return { type: 'Ready', status: 'True', reason: 'Provisioned', message: describe(expected), observedGeneration };
};

const childrenOf = (parents: readonly ObjectState[], resource: string, read: ObjectReader): readonly ObjectState[] =>
  parents.flatMap((parent) =>
    read.ownedBy(uidOf(parent)).filter((child) => child.key.resource === resource && !isDeleting(child)),
  );

const sameTotals = (a: RackTotals, b: RackTotals): boolean =>
  a.totalChassis === b.totalChassis &&
  a.totalBlades === b.totalBlades &&
  a.totalNodes === b.totalNodes &&
  a.totalBMCs === b.totalBMCs;

const describe = ({ totalChassis, totalBlades, totalNodes, totalBMCs }: RackTotals): string =>
  `${totalChassis} chassis, ${totalBlades} blades, ${totalNodes} nodes, ${totalBMCs} BMCs`;
