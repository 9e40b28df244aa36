import { parseKeyText } from '@holdfast/contracts';
import type { Fence } from '@holdfast/contracts';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import type { ResourceState } from './decision.js';
import { conflict } from './refusals.js';

/** Refuses the writes of a leader that was succeeded: the lock must exist, at exactly the epoch that the writer holds. */
export const refuseStaleFence = (state: ResourceState, fence: Fence | undefined): Refusal | undefined => {
  if (fence === undefined) return undefined;
  const key = parseKeyText(fence.lock);
  const lock = state.get(key);
  const epoch = lock === undefined ? undefined : epochOf(lock.object, key.group);
  if (epoch === fence.epoch) return undefined;
  const subject = { ...key, kind: '' };
  return conflict(
    subject,
    lock === undefined
      ? `the lock of epoch ${fence.epoch} does not exist`
      : `the lock is at epoch ${epoch ?? 'unknown'}, the writer holds ${fence.epoch}`,
  );
};

const epochOf = (lock: JsonObject, group: string): number | undefined => {
  const epoch = objectAt(lock, 'spec')[group === 'coordination.k8s.io' ? 'leaseTransitions' : 'epoch'];
  return typeof epoch === 'number' ? epoch : undefined;
};
