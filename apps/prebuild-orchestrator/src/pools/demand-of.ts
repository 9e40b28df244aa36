/** How often each preset was asked lately, out of the claims on it. */
import { parseInstant, recentDemand } from '@holdfast/prebuild';
import type { DemandEvent, Instant } from '@holdfast/prebuild';

import type { DemandOf } from './facts-of.js';
import { idBeside } from './pool-objects.js';
import type { StoredClaim } from './pool-objects.js';

/** A claim that found a ready workspace is one, and one that did not is a miss; both count when they were bound. */
export const demandFrom = (claims: readonly StoredClaim[], now: Instant): DemandOf => {
  const events = new Map<string, DemandEvent[]>();
  for (const claim of claims) {
    const { preset, source, missReason, boundAt = '' } = claim.status;
    const at = parseInstant(boundAt) ?? claim.createdAt;
    if (preset === undefined || (source === undefined && missReason === undefined)) continue;
    const event: DemandEvent = { at, kind: source === 'warm' ? 'claim' : 'miss' };
    if (recentDemand([event], now).length === 0) continue;
    const id = idBeside(claim, preset);
    const known = events.get(id);
    if (known === undefined) events.set(id, [event]);
    else known.push(event);
  }
  return (preset) => events.get(preset) ?? [];
};
