/**
 * Sees to it that every Workspace gets the builds that it needs, and answers the workers that do them, while this process
 * leads. All that is known of a build stands in the log; a new leader goes on from there:
 *
 *   a change, a worker's word, a tick ─► next step, in the Workspace's turn ─► status (fenced, if it is as it was seen)
 *                                                                                └─► job, cancellation, answer
 */
import { keyText } from '@holdfast/contracts';
import type { JobQueue, ObjectKey } from '@holdfast/contracts';
import { systemClock } from '@holdfast/control-loop';
import type { JsonObject } from '@holdfast/kernel';
import { POOL_OWNER, PREBUILDS_GROUP, WORKSPACE_CLAIMS, WORKSPACE_FINALIZER, WORKSPACES } from '@holdfast/prebuild';
import type { TemplateVersionSpec, WorkspaceBuild, WorkspaceStatus } from '@holdfast/prebuild';
import type { Job } from '@holdfast/provision';
import { keyOf, PRIORITY, specOf, statusOf, uidOf, WorkQueue } from '@holdfast/reconcile';
import type { Cause, Change, ObjectState } from '@holdfast/reconcile';
import type { Registry } from 'prom-client';

import type { LeaderContext, OrchestratorPart, Piece } from '../leader/orchestrator-part.js';
import type { Told } from '../pools/jobs.js';
import { failBuild, isOverdue, noVersion } from './apply-report.js';
import { BuildMetrics } from './build-metrics.js';
import { newsOf } from './build-news.js';
import { queueBuild } from './build-status.js';
import { hookResult } from './hook-result.js';
import { JobsStream } from './jobs-stream.js';
import { isUnderWay, nextStep } from './next-step.js';
import { WorkerDesk } from './worker-desk.js';
import { CONTROLLER, VERSION, WorkspaceWrites } from './workspace-writes.js';
import { workspaceOf } from './workspace.js';
import type { Workspace } from './workspace.js';

const RETRY_MS = 1_000;
/** Workspaces whose next step is under way at once: claims get through also while hundreds are built or deleted. */
const MOST_AT_ONCE = 32;
/** So many steps of priority, of which waiting gives one each tenth of a second. */
const POOL_STEPS_BEHIND = 5;

export interface BuildsOptions {
  readonly metrics: Registry;
  readonly replicas: 1 | 3;
  readonly timing?: BuildsTiming;
}

export interface BuildsTiming {
  readonly now: () => Date;
  /** How often jobs that wait are sent again, and builds that should have ended are looked at. */
  readonly tickMs: number;
}

const TIMING: BuildsTiming = { now: () => new Date(), tickMs: 60_000 };

/** Made once in the life of the process. */
export class Builds implements OrchestratorPart {
  private readonly metrics: BuildMetrics;
  private term: BuildsTerm | undefined;

  constructor(private readonly options: BuildsOptions) {
    this.metrics = new BuildMetrics(options.metrics);
  }

  start(leader: LeaderContext): void {
    const { replicas, timing = TIMING } = this.options;
    this.term = new BuildsTerm(leader, new JobsStream(leader.nc, replicas), this.metrics, timing);
    this.term.begin();
  }

  async stop(): Promise<void> {
    await this.term?.end();
    this.term = undefined;
  }
}

/** Builds while this process leads. */
class BuildsTerm {
  private readonly since: Date;
  private readonly workspaces: WorkspaceWrites;
  private readonly desk: WorkerDesk;
  /** Workspaces to consider: each once, however much happened to it, and not all at once. */
  private readonly queue = new WorkQueue({ clock: systemClock, random: Math.random });
  private readonly keys = new Map<string, ObjectKey>();
  /** What happened first to each since it was considered. */
  private readonly causes = new Map<string, Cause>();
  private workers: readonly Promise<void>[] = [];
  /** Jobs that wait for a worker, as far as this leader has seen to it. */
  private readonly dispatched = new Set<string>();
  private tick: NodeJS.Timeout | undefined;

  constructor(
    private readonly leader: LeaderContext,
    private readonly jobs: JobsStream,
    metrics: BuildMetrics,
    private readonly timing: BuildsTiming,
  ) {
    this.since = timing.now();
    this.workspaces = new WorkspaceWrites(leader, metrics);
    this.desk = new WorkerDesk(leader, this.workspaces, timing.now);
  }

  begin(): void {
    const { leader } = this;
    leader.onChange((change, cause) => this.follow(change, cause));
    this.desk.open();
    this.workers = Array.from({ length: MOST_AT_ONCE }, () => this.work());
    this.considerAll();
    this.tick = setInterval(() => {
      this.dispatched.clear();
      this.considerAll();
    }, this.timing.tickMs);
  }

  async end(): Promise<void> {
    clearInterval(this.tick);
    this.desk.close();
    await this.queue.drain();
    await Promise.all(this.workers);
    await this.workspaces.settled();
    this.jobs.close();
  }

  private considerAll(): void {
    for (const state of this.leader.read.list(WORKSPACES)) this.consider(state, PRIORITY.resync);
  }

  private follow({ key, before, after }: Change, cause: Cause | undefined): void {
    if (key.group !== PREBUILDS_GROUP || key.resource !== WORKSPACES.resource) return;
    const object = after ?? before;
    const news = newsOf(before && workspaceOf(before), after && workspaceOf(after));
    if (object !== undefined && news.length > 0) this.tell(object, news, this.workspaces.pieceFor(key, cause));
    if (after !== undefined) this.consider(after, priorityOf(after), cause);
    else this.forget(key);
  }

  private consider({ key }: ObjectState, priority: number, cause?: Cause): void {
    const name = keyText(key);
    this.keys.set(name, key);
    if (cause !== undefined && !this.causes.has(name)) this.causes.set(name, cause);
    this.queue.add(name, priority);
  }

  private forget(key: ObjectKey): void {
    const name = keyText(key);
    this.queue.discard(name);
    this.keys.delete(name);
    this.causes.delete(name);
  }

  /** One of those that consider workspaces, until the queue drains. */
  private async work(): Promise<void> {
    for (let name = await this.queue.take(); name !== undefined; name = await this.queue.take()) {
      const key = this.keys.get(name);
      const cause = this.causes.get(name);
      this.causes.delete(name);
      if (key !== undefined && !this.leader.signal.aborted)
        await this.workspaces.inTurn(key, () => this.step(key, cause));
      this.queue.done(name);
    }
  }

  /** Never rejects: what cannot be done now is tried again. */
  private async step(key: ObjectKey, cause: Cause | undefined): Promise<void> {
    try {
      await this.takeStep(key, cause);
    } catch (error) {
      this.leader.logger.warn({ err: error, workspace: key }, 'a build cannot go on yet');
      this.wakeIn(key, RETRY_MS);
    }
  }

  private async takeStep(key: ObjectKey, cause: Cause | undefined): Promise<void> {
    const state = this.leader.read.get(key);
    if (state === undefined) return;
    const workspace = workspaceOf(state);
    const now = this.timing.now();
    const step = nextStep(workspace, now);
    const { finalizers = [] } = workspace.metadata;
    switch (step?.kind) {
      case undefined:
        return this.lookAfter(state, workspace, cause, now);
      case 'protect':
        return this.workspaces.setFinalizers(state, [...finalizers, WORKSPACE_FINALIZER], cause);
      case 'release': {
        const others = finalizers.filter((finalizer) => finalizer !== WORKSPACE_FINALIZER);
        return this.workspaces.setFinalizers(state, others, cause);
      }
      case 'build':
        // The answer to the write comes back as a change, and leads to the job.
        return this.setStatus(state, queueBuild(workspace, step.transition, now), cause);
      case 'wait':
        this.wakeIn(key, step.until.getTime() - now.getTime());
    }
  }

  /** Nothing new is needed: what waits is dispatched, what nobody wants is called off, what is lost is given up. */
  private async lookAfter(
    state: ObjectState,
    workspace: Workspace,
    cause: Cause | undefined,
    now: Date,
  ): Promise<void> {
    const { build } = workspace.status;
    if (build === undefined) return;
    await this.tellClaim(workspace, cause, now);
    if (build.status === 'cancelled' && build.startedAt !== undefined)
      this.jobs.cancel({ uid: workspace.metadata.uid, build: build.number });
    if (!isUnderWay(build)) return;
    const version = this.workspaces.versionOf(workspace);
    const problem = version === undefined ? noVersion(workspace) : this.problemOf(build, version, now);
    if (problem !== undefined) return this.setStatus(state, failBuild(workspace, build, problem, now), cause);
    if (version === undefined || build.status !== 'pending') return;
    const job = jobOf(workspace, build);
    const name = `${job.uid}.${job.build}`;
    if (this.dispatched.has(name)) return;
    const queue: JobQueue = workspace.spec.owner === POOL_OWNER ? 'pool' : 'people';
    await this.jobs.dispatch(version.provisioner.name, queue, job);
    this.dispatched.add(name);
    // Whoever works on an earlier build of it need not go on.
    if (job.build > 1) this.jobs.cancel({ uid: job.uid, build: job.build - 1 });
  }

  /** What became of the hook is seen where the claimant looks. */
  private async tellClaim(workspace: Workspace, cause: Cause | undefined, now: Date): Promise<void> {
    const { metadata, spec } = workspace;
    const claim =
      spec.claimRef && this.leader.read.get(keyOf(WORKSPACE_CLAIMS, metadata.namespace, spec.claimRef.name));
    if (claim === undefined) return;
    const known = { metadata: { uid: uidOf(claim) }, status: statusOf(WORKSPACE_CLAIMS, claim) };
    const result = hookResult(known, workspace, now);
    if (result === undefined) return;
    const piece = this.workspaces.pieceFor(claim.key, cause);
    const written = await piece.write.updateStatus(claim, VERSION, result.status as JsonObject);
    if (written.ok) this.tell(written.state, [result.told], piece);
    else if (written.refusal.reason !== 'NotFound') throw new Error(written.refusal.message);
  }

  private tell(object: ObjectState, news: readonly Told[], { run }: Piece): void {
    const { key } = object;
    for (const told of news)
      this.leader.events.record({
        observation: { controller: CONTROLLER, key, uid: uidOf(object), ...told },
        object,
        run,
      });
  }

  private problemOf(build: WorkspaceBuild, version: TemplateVersionSpec, now: Date) {
    if (!isOverdue(build, version.timeouts, this.since, now)) return undefined;
    return { reason: 'TimedOut', message: `no worker reported the end of build ${build.number} in time` };
  }

  private async setStatus(state: ObjectState, status: WorkspaceStatus, cause: Cause | undefined): Promise<void> {
    const result = await this.workspaces.writeStatus(state, status, cause);
    // What somebody else wrote meanwhile comes as a change, and is considered then.
    if (!result.ok && result.refusal.reason !== 'Conflict') throw new Error(result.refusal.message);
  }

  private wakeIn(key: ObjectKey, ms: number): void {
    this.queue.addAfter(keyText(key), ms);
  }
}

/** People's go before those of pools. */
const priorityOf = (state: ObjectState): number =>
  specOf(WORKSPACES, state).owner === POOL_OWNER ? PRIORITY.change - POOL_STEPS_BEHIND : PRIORITY.change;

const jobOf = ({ metadata }: Workspace, { number, transition }: WorkspaceBuild): Job => ({
  namespace: metadata.namespace,
  name: metadata.name,
  uid: metadata.uid,
  build: number,
  transition,
});
