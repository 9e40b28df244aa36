/** When something changes by time alone: a schedule's hours begin or end, an instance expires, a back-off or cool-down ends. */
import { nextScheduleEdge, parseInstant, readScheduling } from '@holdfast/prebuild';
import type { Instant } from '@holdfast/prebuild';

import { invalidationHolds } from './facts-of.js';
import type { PassConfig, PlannedPool } from './plan-pass.js';
import type { PoolObjects } from './pool-objects.js';

/** Undefined when that is not known to happen. */
export const nextChangeByTime = (
  pools: readonly PlannedPool[],
  objects: Pick<PoolObjects, 'presets' | 'templates'>,
  config: Pick<PassConfig, 'probeCoolDown'>,
  now: Instant,
): Instant | undefined => {
  let first: Instant | undefined;
  const consider = (at: Instant | undefined): void => {
    if (at !== undefined && at > now && (first === undefined || at < first)) first = at;
  };
  for (const { spec } of objects.presets) consider(invalidation(spec.prebuilds));
  for (const { spec } of objects.templates) consider(invalidation(spec));
  for (const { snapshot, plan } of pools) {
    const { scheduling, ttl } = snapshot.settings;
    if (scheduling !== undefined) consider(nextScheduleEdge(readScheduling(scheduling), now));
    if (ttl !== undefined && ttl > 0n) for (const { createdAt } of snapshot.running) consider(createdAt + ttl + 1n);
    for (const action of plan.actions) if (action.kind === 'back-off') consider(action.until + 1n);
    if (snapshot.hardLimit === 'limited' && snapshot.failures !== undefined)
      consider(snapshot.failures.lastAt + config.probeCoolDown + 1n);
  }
  return first;
};

const invalidation = ({ invalidatedAt = '' }: { readonly invalidatedAt?: string }): Instant | undefined => {
  const at = parseInstant(invalidatedAt);
  return at === undefined ? undefined : invalidationHolds(at);
};
