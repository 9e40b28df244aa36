/** How often a pool was asked lately (rule book: Objects, "Preset": claims and misses). */
import { MINUTE } from './instant.js';
import type { Instant } from './instant.js';

/** In minutes. */
export const DEMAND_WINDOWS = [5, 10, 30, 60, 120] as const;
export type DemandWindow = (typeof DEMAND_WINDOWS)[number];

/** A claim that got a warm workspace, or one that found none. */
export interface DemandEvent {
  readonly at: Instant;
  readonly kind: 'claim' | 'miss';
}

export interface DemandCounts {
  readonly claims: Readonly<Record<DemandWindow, number>>;
  readonly misses: Readonly<Record<DemandWindow, number>>;
}

const NONE = { 5: 0, 10: 0, 30: 0, 60: 0, 120: 0 };
export const NO_DEMAND: DemandCounts = { claims: NONE, misses: NONE };

/** Counts what happened in each window that ends now; what is exactly as old as a window is long is out of it. */
export const countDemand = (events: readonly DemandEvent[], now: Instant): DemandCounts => {
  const claims = { ...NONE };
  const misses = { ...NONE };
  for (const { at, kind } of events)
    for (const window of DEMAND_WINDOWS) {
      const counts = kind === 'claim' ? claims : misses;
      if (at <= now && now - at < BigInt(window) * MINUTE) counts[window] += 1;
    }
  return { claims, misses };
};

/** The events that some window can still hold. */
export const recentDemand = (events: readonly DemandEvent[], now: Instant): readonly DemandEvent[] =>
  events.filter(({ at }) => now - at < BigInt(Math.max(...DEMAND_WINDOWS)) * MINUTE);
