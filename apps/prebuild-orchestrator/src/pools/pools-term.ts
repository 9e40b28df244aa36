/**
 * One term of looking after the pools: looks at all of them at one version of the log, plans, and has carried out what
 * is to be done. Woken by what happens, by hours and ages, and every minute.
 *
 * Nothing is done twice: while a pool's job is under way, or the objects do not show its writes yet, what it creates
 * counts as starting, and its next job waits.
 */
import { objectAt, stringAt } from '@holdfast/kernel';
import {
  instantOf,
  millisecondsOf,
  POOL_DECISIONS,
  POOL_OWNER,
  PREBUILDS_GROUP,
  PRESETS,
  TEMPLATES,
  WORKSPACES,
} from '@holdfast/prebuild';
import type { DemandEvent, Instant } from '@holdfast/prebuild';
import type { Cause, Change } from '@holdfast/reconcile';

import type { LeaderContext } from '../leader/orchestrator-part.js';
import { Executions } from './executions.js';
import { IdleTime } from './idle-time.js';
import { isUrgent } from './jobs.js';
import type { Job } from './jobs.js';
import { Pacer } from './pacer.js';
import { performJob } from './perform-job.js';
import { planPass } from './plan-pass.js';
import type { Pass, PassConfig } from './plan-pass.js';
import { labelsOf } from './pool-metrics.js';
import type { PoolMetrics } from './pool-metrics.js';
import { PoolBook } from './pool-book.js';
import { idBeside } from './pool-objects.js';
import type { PoolObjects } from './pool-objects.js';
import { nextChangeByTime } from './wake-time.js';

const CONTROLLER = 'prebuild-pools';
const TICK_MS = 60_000;
/** Jobs that are under way at once: one that hangs for its deadline leaves room for the others. */
const MOST_JOBS = 64;

export interface PoolsTermOptions {
  readonly leader: LeaderContext;
  readonly config: PassConfig;
  readonly demand: DemandSource;
  readonly metrics: PoolMetrics;
}

/** How often each preset was asked lately. */
export interface DemandSource {
  of(preset: string, now: Instant): readonly DemandEvent[];
}

export class PoolsTerm {
  private readonly executions: Executions;
  private readonly pacer: Pacer;
  private readonly idle = new IdleTime();
  private readonly book: PoolBook;
  /** What happened last to each preset or template, by its id, since it was looked at. */
  private causes = new Map<string, Cause>();

  constructor(private readonly options: PoolsTermOptions) {
    const { leader } = options;
    this.pacer = new Pacer(() => this.look());
    this.executions = new Executions({ most: MOST_JOBS, onEnd: (version) => this.wakeAt(version) });
    this.book = new PoolBook(leader.view.read);
    leader.view.onChange((change) => this.book.follow(change), leader.signal);
    leader.onChange((change, cause) => this.notice(change, cause));
    this.pacer.wake();
  }

  /** Resolves when nothing is under way any more. */
  async end(): Promise<void> {
    this.pacer.stop();
    await this.executions.settled();
    this.options.metrics.clear();
  }

  private notice(change: Change, cause: Cause | undefined): void {
    const { key } = change;
    if (key.group !== PREBUILDS_GROUP && key.resource !== 'configmaps') return;
    if (cause !== undefined) for (const id of concerned(change)) this.causes.set(id, cause);
    if (key.group === WORKSPACES.group && key.resource === WORKSPACES.resource) this.countFailure(change);
    if (key.resource !== POOL_DECISIONS.resource) this.pacer.wake();
  }

  private countFailure({ key, before, after }: Change): void {
    const statusOf = (state: typeof after): string | undefined =>
      state && stringAt(objectAt(objectAt(state.object, 'status'), 'build'), 'status');
    if (before === undefined || after === undefined) return;
    if (statusOf(after) !== 'failed' || statusOf(before) === 'failed') return;
    const spec = objectAt(after.object, 'spec');
    if (stringAt(spec, 'owner') !== POOL_OWNER) return;
    const labels = labelsOf(key.namespace, stringAt(spec, 'template') ?? '', stringAt(spec, 'preset') ?? '');
    this.options.metrics.hasFailed(labels);
  }

  /** Gives the time of the next look at the latest. */
  private look(): number {
    const { leader, config, demand, metrics } = this.options;
    const { view, epoch, logger } = leader;
    if (leader.signal.aborted) return Number.POSITIVE_INFINITY;
    if (!view.isWhole) {
      this.wakeAt(view.version);
      return performance.now() + TICK_MS;
    }
    const began = performance.now();
    try {
      const { version } = view;
      const now = instantOf(new Date());
      const objects = this.book.objects();
      const pass = planPass({
        objects,
        config,
        epoch,
        snapshotVersion: version,
        now,
        demandOf: (preset) => demand.of(preset, now),
        underWay: (pool) => this.executions.creations(`pool ${pool}`, version),
        idleSeconds: (preset) => this.idle.seconds(preset),
      });
      metrics.show(pass, (performance.now() - began) / 1_000);
      this.countIdle(objects, pass, now);
      this.begin(pass, version);
      return this.nextLook(pass, objects, now);
    } catch (error) {
      logger.error({ err: error }, 'the pools cannot be planned');
      return performance.now() + TICK_MS;
    }
  }

  private begin({ jobs }: Pass, version: number): void {
    const { causes } = this;
    this.causes = new Map();
    const now = performance.now();
    this.executions.seen(version, now);
    for (const job of jobs) {
      const creations = job.kind === 'pool' ? job.creates.length : 0;
      const planned = { version, now, creations, isUrgent: isUrgent(job) };
      this.executions.begin(job.key, planned, () => this.perform(job, version, causes));
    }
  }

  private perform(job: Job, version: number, causes: ReadonlyMap<string, Cause>): ReturnType<typeof performJob> {
    const { leader, metrics } = this.options;
    const { about } = job;
    const cause = causes.get(`${about.namespace}/${about.name}`);
    return performJob({
      job,
      version,
      piece: leader.begin({ controller: CONTROLLER, about, ...(cause === undefined ? {} : { cause }) }),
      events: leader.events,
      client: leader.client,
      signal: leader.signal,
      now: () => new Date(),
      onCreated: (count) => {
        if (job.kind === 'pool' && count > 0)
          metrics.wasCreated(labelsOf(job.namespace, job.template, job.presetName), count);
      },
    });
  }

  private countIdle({ presets }: PoolObjects, pass: Pass, now: Instant): void {
    const eligible = new Map<string, number>();
    for (const { snapshot } of pass.pools) {
      const ready = snapshot.running.filter((instance) => instance.ready).length;
      eligible.set(snapshot.preset, (eligible.get(snapshot.preset) ?? 0) + ready);
    }
    const at = millisecondsOf(now);
    for (const preset of presets) {
      const before = preset.status.idleInstanceSeconds ?? 0;
      const added = this.idle.ready(preset.id, eligible.get(preset.id) ?? 0, at, before);
      if (added > 0) this.options.metrics.wasIdle(preset, added);
    }
    this.idle.keep(new Set(presets.map(({ id }) => id)));
  }

  private nextLook(pass: Pass, objects: PoolObjects, now: Instant): number {
    const from = performance.now();
    const change = nextChangeByTime(pass.pools, objects, this.options.config, now);
    const untilChange = change === undefined ? TICK_MS : millisecondsOf(change - now) + 1;
    return Math.min(from + TICK_MS, from + untilChange, this.executions.nextBegin(from) ?? Number.POSITIVE_INFINITY);
  }

  private wakeAt(version: number): void {
    const { view, signal } = this.options.leader;
    view.atLeast(version, signal).then(
      () => this.pacer.wake(),
      () => undefined,
    );
  }
}

/** The presets and templates that a change is about. */
const concerned = ({ key, before, after }: Change): readonly string[] => {
  if (key.resource === PRESETS.resource || key.resource === TEMPLATES.resource) return [idBeside(key, key.name)];
  const spec = objectAt((after ?? before)?.object, 'spec');
  return ['preset', 'template'].flatMap((member) => {
    const name = stringAt(spec, member);
    return name === undefined ? [] : [idBeside(key, name)];
  });
};
