/** One look at some pools, or all: what is so at one version of the log, what is decided, and what is to be done. */
import { planPools, poolsOf } from '@holdfast/prebuild';
import type { BudgetUse, PoolPlan, PoolsConfig, PoolSnapshot } from '@holdfast/prebuild';

import { factsOf } from './facts-of.js';
import type { DemandOf } from './facts-of.js';
import type { Job } from './jobs.js';
import { decisionJobs, evidenceJobs, failedByPreset } from './leftovers.js';
import { presetJob, presetNews, templateJobs, versionJobs } from './object-jobs.js';
import { nameIn } from './pool-decision.js';
import type { Decider } from './pool-decision.js';
import { poolJob } from './pool-job.js';
import type { AllPoolObjects, PoolObjects, StoredPreset } from './pool-objects.js';

export interface PassConfig extends PoolsConfig {
  readonly failureHardLimit: number;
  readonly probeCoolDown: bigint;
  /** For how long failed and cancelled builds are kept as evidence. */
  readonly failedRetention: bigint;
}

export interface PassInput extends Decider {
  readonly objects: PoolObjects;
  /** The pools that are not looked at, whose plans stand. */
  readonly others: readonly BudgetUse[];
  readonly config: PassConfig;
  readonly demandOf: DemandOf;
  /** Creations of a pool that are under way and not in the objects yet, by its id. */
  readonly underWay: (pool: string) => number;
  /** Seconds that ready instances of a preset have waited, all together. */
  readonly idleSeconds: (preset: string) => number;
}

/** A pool with its plan, and the preset it belongs to, if that is still there. */
export interface PlannedPool {
  readonly snapshot: PoolSnapshot;
  readonly plan: PoolPlan;
  readonly namespace: string;
  readonly presetName: string;
  readonly version: string;
  readonly preset: StoredPreset | undefined;
}

export interface Pass {
  readonly pools: readonly PlannedPool[];
  readonly failed: ReadonlyMap<string, number>;
  readonly jobs: readonly Job[];
}

export const planPass = (input: PassInput): Pass => {
  const pools = plannedPools(input);
  const failed = failedByPreset(input.objects);
  const news = presetNews(pools, failed, input);
  const statusOf = new Map(news.map(({ pool, status }) => [pool, status]));
  const poolJobs = pools.flatMap((pool) => poolJob(pool, statusOf.get(pool.snapshot.pool), input) ?? []);
  // What a preset says of a decision is written with the decision.
  const written = new Set(poolJobs.map(({ status }) => status));
  const jobs = [...poolJobs, ...news.filter(({ status }) => !written.has(status)).map(presetJob)];
  return { pools, failed, jobs };
};

/** What is to be done about templates, versions, evidence and old decisions, after a look at all pools. */
export const upkeepJobs = (
  { pools }: Pick<Pass, 'pools'>,
  input: PassInput & { readonly objects: AllPoolObjects },
): readonly Job[] => [
  ...templateJobs(input),
  ...versionJobs(input),
  ...evidenceJobs(input),
  ...decisionJobs(pools, input),
];

const plannedPools = ({ objects, others, config, demandOf, underWay, now }: PassInput): readonly PlannedPool[] => {
  const presets = new Map(objects.presets.map((preset) => [preset.id, preset]));
  const snapshots = poolsOf(factsOf(objects, demandOf, now), now, config)
    // A template without an active version has no pool to fill.
    .filter(({ pool, preset }) => pool.length > preset.length + 1)
    .map((snapshot) => withUnderWay(snapshot, underWay(snapshot.pool)));
  const plans = planPools(snapshots, now, config, others);
  return snapshots.flatMap((snapshot, i) => {
    const plan = plans[i];
    if (plan === undefined) return [];
    const preset = presets.get(snapshot.preset);
    const namespace = snapshot.preset.slice(0, snapshot.preset.indexOf('/'));
    const presetName = nameIn(snapshot.preset);
    const version = snapshot.pool.slice(snapshot.preset.length + 1);
    return [{ snapshot, plan, namespace, presetName, version, preset }];
  });
};

const withUnderWay = (snapshot: PoolSnapshot, creations: number): PoolSnapshot =>
  creations === 0
    ? snapshot
    : { ...snapshot, inProgress: { ...snapshot.inProgress, start: snapshot.inProgress.start + creations } };
