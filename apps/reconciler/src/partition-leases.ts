import { Leases } from '@holdfast/control-loop';
import { PARTITIONS } from '@holdfast/reconcile';

/** The locks of the partitions of keys; their names are in the fences of stored writes. */
export const PARTITION_LEASES = new Leases(
  Array.from({ length: PARTITIONS }, (_, partition) => `reconciler-partition-${String(partition).padStart(2, '0')}`),
);
