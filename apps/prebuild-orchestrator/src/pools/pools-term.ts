/**
 * One term of looking after the pools: looks at those that something happened to at one version of the log, plans, and
 * has carried out what is to be done. At hours and ages, and every minute, it looks at all of them.
 *
 * Nothing is done twice: while a pool's job is under way, or the objects do not show its writes yet, what it creates
 * counts as starting, and its next job waits.
 */
import type { ObjectKey } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import { instantOf, millisecondsOf, PRESETS, TEMPLATES, WORKSPACES } from '@holdfast/prebuild';
import type { DemandEvent, Instant } from '@holdfast/prebuild';
import type { Cause, Change } from '@holdfast/reconcile';

import type { LeaderContext } from '../leader/orchestrator-part.js';
import { Attention, scopeOf } from './attention.js';
import type { Scope } from './attention.js';
import { Executions } from './executions.js';
import { isFailedStart } from './failed-start.js';
import { groupsBy } from './group-by.js';
import { IdleTime } from './idle-time.js';
import { isUrgent } from './jobs.js';
import type { Job } from './jobs.js';
import { Pacer } from './pacer.js';
import { performJob } from './perform-job.js';
import { planPass, upkeepJobs } from './plan-pass.js';
import type { Pass, PassConfig, PlannedPool } from './plan-pass.js';
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
  private readonly attention = new Attention();
  /** By preset, how its pools were planned last. */
  private planned = new Map<string, readonly PlannedPool[]>();
  /** When everything is looked at again, on the clock of `performance.now`. */
  private wholeAt = 0;
  /** What happened last to each preset or template, by its id, since it was looked at. */
  private causes = new Map<string, Cause>();

  constructor(private readonly options: PoolsTermOptions) {
    const { view, signal } = options.leader;
    this.pacer = new Pacer(() => this.look());
    this.executions = new Executions({ most: MOST_JOBS, onEnd: (version) => this.wakeAt(version) });
    this.book = new PoolBook(view.read);
    view.onChange((change, cause) => this.notice(change, cause), signal);
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
    this.book.follow(change);
    if (cause !== undefined) for (const id of concerned(change)) this.causes.set(id, cause);
    if (isWorkspace(key) && isFailedStart(change)) this.countFailure(change);
    const scope = scopeOf(change);
    this.attention.note(scope);
    if (scope === 'everything' || scope.length > 0) this.pacer.wake();
  }

  private countFailure({ key, after }: Change): void {
    const spec = objectAt(after?.object, 'spec');
    const labels = labelsOf(key.namespace, stringAt(spec, 'template') ?? '', stringAt(spec, 'preset') ?? '');
    this.options.metrics.hasFailed(labels);
  }

  /** Gives the time of the next look at the latest. */
  private look(): number {
    const { leader } = this.options;
    const { view, logger } = leader;
    if (leader.signal.aborted) return Number.POSITIVE_INFINITY;
    if (!view.isWhole) {
      this.wakeAt(view.version);
      return performance.now() + TICK_MS;
    }
    try {
      if (performance.now() >= this.wholeAt) this.attention.note('everything');
      const noted = this.attention.take();
      if (noted === 'everything') this.lookAtAll();
      else if (noted.size > 0) this.lookAt(new Set([...noted, ...this.heldBack()]));
      return Math.min(this.wholeAt, this.executions.nextBegin(performance.now()) ?? Number.POSITIVE_INFINITY);
    } catch (error) {
      logger.error({ err: error }, 'the pools cannot be planned');
      this.attention.note('everything');
      return performance.now() + TICK_MS;
    }
  }

  private lookAtAll(): void {
    const began = performance.now();
    const input = { ...this.inputOf(this.book.all()), others: [] };
    const pass = planPass(input);
    const { objects, now } = input;
    this.planned = new Map(groupsBy(pass.pools, ({ snapshot }) => snapshot.preset));
    this.options.metrics.show(pass, { isWhole: true, seconds: (performance.now() - began) / 1_000 });
    this.countIdle(objects, pass, now);
    this.idle.keep(new Set(objects.presets.map(({ id }) => id)));
    this.begin([...pass.jobs, ...upkeepJobs(pass, input)], input.snapshotVersion);
    this.wholeAt = performance.now() + Math.min(TICK_MS, this.untilChange(pass, input));
  }

  private lookAt(presets: ReadonlySet<string>): void {
    const began = performance.now();
    for (const preset of presets) this.planned.delete(preset);
    const others = [...this.planned.values()].flatMap((pools) => pools.map(({ snapshot }) => snapshot));
    const input = { ...this.inputOf(this.book.of(presets)), others };
    const pass = planPass(input);
    for (const [preset, pools] of groupsBy(pass.pools, ({ snapshot }) => snapshot.preset))
      this.planned.set(preset, pools);
    this.options.metrics.show(pass, { isWhole: false, seconds: (performance.now() - began) / 1_000 });
    this.countIdle(input.objects, pass, input.now);
    this.begin(pass.jobs, input.snapshotVersion);
    this.wholeAt = Math.min(this.wholeAt, performance.now() + this.untilChange(pass, input));
  }

  private inputOf<Objects extends PoolObjects>(objects: Objects) {
    const { leader, config, demand } = this.options;
    const { version } = leader.view;
    const now = instantOf(new Date());
    return {
      objects,
      config,
      epoch: leader.epoch,
      snapshotVersion: version,
      now,
      demandOf: (preset: string) => demand.of(preset, now),
      underWay: (pool: string) => this.executions.creations(`pool ${pool}`, version),
      idleSeconds: (preset: string) => this.idle.seconds(preset),
    };
  }

  /** Presets that may create more as soon as other pools, whichever, take less of what they share. */
  private heldBack(): readonly string[] {
    return [...this.planned].filter(([, pools]) => pools.some(isHeldBackByOthers)).map(([preset]) => preset);
  }

  private begin(jobs: readonly Job[], version: number): void {
    const { causes } = this;
    const now = performance.now();
    this.causes = new Map();
    this.executions.seen(version, now);
    for (const job of jobs) {
      const creations = job.kind === 'pool' ? job.creates.length : 0;
      const planned = { version, now, creations, isUrgent: isUrgent(job) };
      const isBegun = this.executions.begin(job.key, planned, () =>
        this.perform(job, version, causes).finally(() => this.attention.note(scopeOfJob(job))),
      );
      if (!isBegun) this.putOff(job, causes);
    }
  }

  /** It is planned anew when whatever it has to wait for is over; what led to it led to that. */
  private putOff(job: Job, causes: ReadonlyMap<string, Cause>): void {
    const id = idBeside(job.about, job.about.name);
    const cause = causes.get(id);
    if (cause !== undefined) this.causes.set(id, cause);
    this.attention.note(scopeOfJob(job));
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
  }

  /** Milliseconds until something changes by time alone; endless when that is not known to happen. */
  private untilChange(
    { pools }: Pass,
    { objects, now }: { readonly objects: PoolObjects; readonly now: Instant },
  ): number {
    const change = nextChangeByTime(pools, objects, this.options.config, now);
    return change === undefined ? Number.POSITIVE_INFINITY : millisecondsOf(change - now) + 1;
  }

  private wakeAt(version: number): void {
    const { view, signal } = this.options.leader;
    view.atLeast(version, signal).then(
      () => this.pacer.wake(),
      () => undefined,
    );
  }
}

const isHeldBackByOthers = ({ plan }: PlannedPool): boolean =>
  plan.reasons.some((reason) => reason.kind === 'held-back' && reason.by.of !== 'preset');

/** What shows whether a job is still to be done. */
const scopeOfJob = ({ about }: Job): Scope =>
  about.resource === PRESETS.resource ? [idBeside(about, about.name)] : 'everything';

const isWorkspace = ({ group, resource }: ObjectKey): boolean =>
  group === WORKSPACES.group && resource === WORKSPACES.resource;

/** The presets and templates that a change is about. */
const concerned = ({ key, before, after }: Change): readonly string[] => {
  if (key.resource === PRESETS.resource || key.resource === TEMPLATES.resource) return [idBeside(key, key.name)];
  const spec = objectAt((after ?? before)?.object, 'spec');
  return ['preset', 'template'].flatMap((member) => {
    const name = stringAt(spec, member);
    return name === undefined ? [] : [idBeside(key, name)];
  });
};
