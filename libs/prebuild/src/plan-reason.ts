/** Why a plan is as it is, as data; reason-text.ts makes sentences of it. */
import type { FieldProblem } from './field-problem.js';
import type { Duration, Instant } from './instant.js';
import type { Failures, InactiveReason, PausedBy } from './pool-snapshot.js';

export type PlanReason = TargetReason | SurplusReason | CreationReason | StandingReason;

/** Where `desired` comes from, when it is not simply what the preset says. */
export type TargetReason =
  | { readonly kind: 'scheduling-off'; readonly problems: readonly FieldProblem[] }
  | { readonly kind: 'schedule-skipped'; readonly problem: FieldProblem }
  /** `until` is missing when no other schedule holds within the days that are looked at. */
  | {
      readonly kind: 'scheduled';
      readonly cron: string;
      readonly timezone: string;
      readonly instances: number;
      readonly until?: Instant;
    }
  | { readonly kind: 'unscheduled'; readonly instances: number; readonly until?: Instant }
  | { readonly kind: 'demanded'; readonly expression: string; readonly instances: number; readonly from: Figures }
  | { readonly kind: 'demand-fell-back'; readonly problem: string; readonly instances: number }
  | { readonly kind: 'bounded'; readonly asked: number; readonly bound: Bound; readonly limit: number };

/** `demand-max` is what holds for expressions where there is no `max`. */
export type Bound = 'min' | 'max' | 'demand-max';

/** Values by their names. */
export type Figures = Readonly<Record<string, number>>;

/** Why instances are deleted; which ones stands in the action. */
export type SurplusReason =
  | { readonly kind: 'older-than-ttl'; readonly ids: readonly string[]; readonly ttl: Duration }
  | { readonly kind: 'invalidated'; readonly ids: readonly string[]; readonly at: Instant }
  | { readonly kind: 'stopped'; readonly ids: readonly string[] }
  | { readonly kind: 'extraneous'; readonly ids: readonly string[]; readonly desired: number };

/** What keeps instances from being created, or makes it pointless. */
export type CreationReason =
  | { readonly kind: 'backing-off'; readonly preset: string; readonly failures: Failures; readonly until: Instant }
  | { readonly kind: 'hard-limited'; readonly preset: string; readonly failures?: Failures; readonly probe: boolean }
  | { readonly kind: 'parameters-unfit'; readonly problems: readonly string[] }
  | { readonly kind: 'held-back'; readonly count: number; readonly by: Budget }
  | { readonly kind: 'surge-is-full'; readonly count: number; readonly most: number; readonly previous: number }
  | { readonly kind: 'expire-before-ready'; readonly ttl: Duration; readonly took: Duration };

/** How many of whom may be starting at once. */
export interface Budget {
  readonly of: 'preset' | 'template' | 'system';
  readonly most: number;
}

export type StandingReason =
  /** `told`: what the one who decided that says about it. */
  | { readonly kind: 'inactive'; readonly because: InactiveReason; readonly told?: string }
  | { readonly kind: 'kept-by-surge'; readonly kept: number; readonly ready: number; readonly desired: number }
  | { readonly kind: 'paused'; readonly by: PausedBy };
