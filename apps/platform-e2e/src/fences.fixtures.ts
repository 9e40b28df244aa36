/** Judges every write of a controller by the log: the lock that it names, as it stood when the write was decided. */
import { keyText } from '@holdfast/contracts';
import type { Commit, LogEvent } from '@holdfast/contracts';

export interface FencedWrite {
  readonly lock: string;
  readonly epoch: number;
  /** Who held the lock. */
  readonly holder: string;
  readonly run: string;
  readonly sequence: number;
}

export interface FenceReport {
  readonly accepted: readonly FencedWrite[];
  /** What no controller may ever have got accepted, in words. */
  readonly faults: readonly string[];
}

export const judgeFences = (commits: readonly Commit[]): FenceReport => {
  const locks = new Map<string, { readonly epoch: number; readonly holder: string }>();
  const runs = new Map<string, FencedWrite>();
  const accepted: FencedWrite[] = [];
  const faults: string[] = [];
  for (const { sequence, events } of commits) {
    for (const event of events) {
      const text = keyText(event.record);
      const lease = leaseIn(event);
      if (lease !== undefined) {
        const before = locks.get(text)?.epoch ?? 0;
        if (lease.epoch < before) faults.push(`${sequence}: the epoch of ${text} went back to ${lease.epoch}`);
        locks.set(text, lease);
      }
      const { actor, fence, requestID: run } = event.command;
      if (!actor.startsWith('system:controller:')) continue;
      const lock = locks.get(fence?.lock ?? '');
      if (fence === undefined || lock?.epoch !== fence.epoch) {
        faults.push(`${sequence}: ${actor} wrote ${text} with ${JSON.stringify(fence)}, the lock was ${lock?.epoch}`);
        continue;
      }
      const write = { ...fence, holder: lock.holder, run, sequence };
      const first = runs.get(run) ?? write;
      if (first.lock !== fence.lock || first.epoch !== fence.epoch) {
        faults.push(`${sequence}: run ${run} wrote with two fences`);
      }
      runs.set(run, first);
      accepted.push(write);
    }
  }
  return { accepted, faults };
};

const leaseIn = ({ record, object }: LogEvent): { epoch: number; holder: string } | undefined => {
  if (record.resource !== 'leases' || record.namespace !== 'holdfast-system') return undefined;
  const { spec } = JSON.parse(object.toString()) as {
    spec: { leaseTransitions: number; holderIdentity?: string };
  };
  return { epoch: spec.leaseTransitions, holder: spec.holderIdentity ?? '' };
};
