/** One pool (a preset × a template version) as it is at one version of the log: all that planning it needs to know. */
import type { DemandCounts } from './demand.js';
import type { Duration, Instant } from './instant.js';
import type { Scheduling } from './schedule.js';

/** A built workspace that nobody has claimed. */
export interface Instance {
  readonly id: string;
  readonly createdAt: Instant;
  readonly ready: boolean;
}

/** What the preset asks for. */
export interface PoolSettings {
  readonly instances: number;
  readonly min?: number;
  readonly max?: number;
  readonly ttl?: Duration;
  readonly scheduling?: Scheduling;
  /** A CEL expression; see demand-expression.ts. */
  readonly demandExpression?: string;
  readonly maxConcurrentCreations?: number;
  readonly replacement?: Replacement;
}

/** What happens to the instances of a version when another becomes active: gone at once, or as the new ones get ready. */
export type Replacement =
  { readonly strategy: 'Immediate' } | { readonly strategy: 'Surge'; readonly maxSurge: number };

/**
 * active: it is filled; a surge limits that while instances of other versions are still there.
 * retiring: so many of another version are kept until those of the active one, of which some are ready, are as many as
 * desired; nothing is created.
 * inactive: it is emptied.
 */
export type Standing =
  | { readonly status: 'active'; readonly surge?: SurgeRoom }
  | { readonly status: 'retiring'; readonly keep: number; readonly ready: number; readonly desired: number }
  | { readonly status: 'inactive'; readonly because: InactiveReason; readonly told?: string };

/** How many there may be of all versions together, and how many are of those before. */
export interface SurgeRoom {
  readonly most: number;
  readonly previous: number;
}

/** `version-replaced` is the version that was active before the one that is. */
export type InactiveReason =
  'version-replaced' | 'version-not-active' | 'template-deleted' | 'template-deprecated' | 'preset-deleted';

export type PausedBy = 'system' | 'template' | 'preset';

/** The newest builds of a pool, when they failed. */
export interface Failures {
  readonly count: number;
  readonly lastAt: Instant;
  /** The last of them; a planning document does not tell it. */
  readonly last?: FailedBuild;
  /** After it one build is tried all the same, when there are too many. */
  readonly probeAfter?: Instant;
  /** Somebody asked for another try since, or it is time for a probe: nothing waits for them any more. */
  readonly excused?: true;
}

export interface FailedBuild {
  readonly workspace: string;
  readonly message: string;
}

/** `probe`: one build may be tried all the same. */
export type HardLimit = 'clear' | 'limited' | 'probe';

export interface PoolSnapshot {
  /** Unique among the pools of a plan, such as `namespace/preset@version`. */
  readonly pool: string;
  readonly preset: string;
  readonly template: string;
  readonly standing: Standing;
  readonly settings: PoolSettings;
  readonly invalidatedAt?: Instant;
  readonly running: readonly Instance[];
  /** Were built, and were stopped since: nobody can claim them any more. */
  readonly stopped: readonly Pick<Instance, 'id' | 'createdAt'>[];
  /** Builds under way, by what they will do. */
  readonly inProgress: { readonly start: number; readonly stop: number; readonly delete: number };
  /** Builds that nobody has begun, of a pool that is not active any more. */
  readonly pending: number;
  readonly failures?: Failures;
  /** When a build worked last. */
  readonly workedAt?: Instant;
  /** How long the newest instance took from its creation until it could be used, when that is known. */
  readonly buildTook?: Duration;
  readonly hardLimit: HardLimit;
  readonly pausedBy?: PausedBy;
  /** Why no build of this version can succeed: what it does not take of the preset's parameters. */
  readonly unfit?: readonly string[];
  readonly demand?: DemandCounts;
}
