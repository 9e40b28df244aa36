/** Takes jobs as long as there is room, one build of a workspace at a time, and looks after what it has built. */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { parseProvisionCancelSubject, PROVISION_CANCEL_SUBJECTS } from '@holdfast/contracts';
import type { Logger } from '@holdfast/nest-platform';
import { readJob } from '@holdfast/provision';
import type { Job, Work } from '@holdfast/provision';

import type { NatsConnection, Subscription } from '@nats-io/transport-node';

import type { Driver, Outcome } from './driver.js';
import type { ReachPoint } from './fault.js';
import { buildJob, forgetWorkspace } from './jobs/build-job.js';
import type { BuildJobOptions } from './jobs/build-job.js';
import type { Delivery } from './jobs/delivery.js';
import { JobQueues } from './jobs/job-queues.js';
import { Orchestrator } from './jobs/orchestrator.js';
import { OutputWriter } from './jobs/output-writer.js';
import type { ProvisionerMetrics } from './provisioner-metrics.js';
import type { WorkspaceFolders, WorkspaceRecord } from './workspace-folders.js';

export interface ProvisionerOptions {
  readonly nc: NatsConnection;
  /** By the names of the provisioners that this process is. */
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly folders: WorkspaceFolders;
  /** The same after each start. */
  readonly worker: string;
  /** Builds at once. */
  readonly parallelism: number;
  readonly logger: Logger;
  readonly metrics: ProvisionerMetrics;
  readonly reach: ReachPoint;
  readonly timing?: Partial<ProvisionerTiming>;
}

export interface ProvisionerTiming {
  /** How often a build tells that it lives: several times within the 30 s after which its job goes to another. */
  readonly beatMs: number;
  /** How often it looks for jobs of which nobody has told. */
  readonly pollMs: number;
}

const TIMING: ProvisionerTiming = { beatMs: 10_000, pollMs: 2_000 };
/** A build that ends within this time of a stop is finished: the hook of a claim, most of all, is not run twice. */
const LET_END_MS = 1_000;

interface Running {
  readonly build: number;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export class Provisioner {
  private readonly running = new Map<string, Running>();
  private readonly stopping = new AbortController();
  private readonly orchestrator: Orchestrator;
  private readonly timing: ProvisionerTiming;
  private readonly queues: JobQueues[] = [];
  private readonly underway = new Set<Promise<void>>();
  private cancels: Subscription | undefined;
  private poll: NodeJS.Timeout | undefined;
  private filling: Promise<void> | undefined;
  private fillAgain = false;
  private takesJobs = true;

  constructor(private readonly options: ProvisionerOptions) {
    // Before an orchestrator leads, each workspace that is looked after waits for it.
    setMaxListeners(0, this.stopping.signal);
    this.orchestrator = new Orchestrator(options.nc, options.logger);
    this.timing = { ...TIMING, ...options.timing };
  }

  /** Clears away what builds left that were interrupted, brings back what had run, then takes jobs. */
  async start(): Promise<void> {
    const { nc, drivers, folders } = this.options;
    const records = await folders.readAll();
    await Promise.all(records.map((record) => this.clearInterrupted(record)));
    this.cancels = nc.subscribe(PROVISION_CANCEL_SUBJECTS, { callback: (_, { subject }) => this.cancel(subject) });
    const wake = (): void => this.fill();
    for (const name of drivers.keys()) this.queues.push(new JobQueues(nc, name, wake));
    this.poll = setInterval(wake, this.timing.pollMs);
    this.fill();
    for (const record of records) this.track(this.lookAfter(record));
  }

  /**
   * Lets builds end that are about to, and gives the others back to be begun anew. Ends all workspaces, which are brought
   * back when it starts again.
   */
  async stop(): Promise<void> {
    clearInterval(this.poll);
    this.takesJobs = false;
    for (const queue of this.queues) queue.close();
    await Promise.race([
      Promise.allSettled([this.filling, ...this.underway]),
      delay(LET_END_MS, undefined, { ref: false }),
    ]);
    this.stopping.abort('the provisioner stops');
    this.cancels?.unsubscribe();
    for (const { abort } of this.running.values()) abort.abort('the provisioner stops');
    const interrupted = [...this.running.keys()];
    // At once: what ignores TERM takes its time.
    await Promise.allSettled([this.filling, ...this.underway, this.suspendAll(() => true)]);
    await this.suspendAll(({ uid }) => interrupted.includes(uid));
  }

  private async suspendAll(isMeant: (job: Job) => boolean): Promise<void> {
    const records = (await this.options.folders.readAll()).filter(({ work }) => isMeant(work.job));
    await Promise.allSettled(records.map(async ({ work }) => this.driverOf(work)?.suspend(work)));
  }

  /** Takes as many jobs as there is room for. */
  private fill(): void {
    this.fillAgain = true;
    this.filling ??= this.fillNow().finally(() => (this.filling = undefined));
  }

  private async fillNow(): Promise<void> {
    while (this.fillAgain && this.takesJobs) {
      this.fillAgain = false;
      for (const [i, name] of [...this.options.drivers.keys()].entries()) {
        const queue = this.queues[i];
        if (queue !== undefined) await this.takeFrom(queue, name);
      }
    }
  }

  private async takeFrom(queue: JobQueues, name: string): Promise<void> {
    const { parallelism, drivers, logger } = this.options;
    try {
      while (this.takesJobs && this.underway.size < parallelism) {
        const message = await queue.next();
        const driver = drivers.get(name);
        if (message === undefined || driver === undefined) return;
        this.track(this.take(message, driver));
      }
    } catch (error) {
      // NATS is away, or nobody has ever had a job for this provisioner: the next look will tell.
      logger.debug({ err: error, provisioner: name }, 'no jobs can be taken');
    }
  }

  private track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.underway.delete(tracked);
      this.fill();
    });
    this.underway.add(tracked);
  }

  private async take(message: Delivery, driver: Driver): Promise<void> {
    const { logger } = this.options;
    let job: Job;
    try {
      job = readJob(message.data);
    } catch (error) {
      logger.error({ err: error, subject: message.subject }, 'a job that cannot be read is given up');
      message.giveUp();
      return;
    }
    try {
      await this.alone(job, 'a later build takes its place', (abort) => this.build(message, job, driver, abort));
    } catch (error) {
      logger.error({ err: error, job }, 'a job failed, and is given back');
      message.giveBack(this.timing.beatMs);
    }
  }

  private async build(message: Delivery, job: Job, driver: Driver, abort: AbortController): Promise<void> {
    const { logger, metrics } = this.options;
    const began = performance.now();
    const result = await buildJob(message, job, this.jobOptions(driver), abort);
    const outcome = result === undefined ? 'interrupted' : 'status' in result ? result.status : 'refused';
    const seconds = (performance.now() - began) / 1_000;
    metrics.built(job.transition, outcome, seconds);
    logger.info(
      { job, outcome, seconds, ...(result !== undefined && 'reason' in result ? { reason: result.reason } : {}) },
      'build',
    );
  }

  /** One at a time for each workspace; what is under way for an earlier build is ended first. */
  private async alone(job: Job, why: string, work: (abort: AbortController) => Promise<void>): Promise<void> {
    for (let before = this.running.get(job.uid); before !== undefined; before = this.running.get(job.uid)) {
      if (before.build < job.build) before.abort.abort(why);
      await before.done;
    }
    if (this.stopping.signal.aborted) return;
    const abort = new AbortController();
    const working = work(abort);
    const done = working.then(
      () => undefined,
      () => undefined,
    );
    this.running.set(job.uid, { build: job.build, abort, done });
    try {
      await working;
    } finally {
      this.running.delete(job.uid);
    }
  }

  private cancel(subject: string): void {
    const { uid, build } = parseProvisionCancelSubject(subject);
    const running = this.running.get(uid);
    if (running !== undefined && running.build <= build) running.abort.abort('nobody wants it any more');
  }

  /** Its job comes again; until then, nothing of the first try goes on. */
  private async clearInterrupted(record: WorkspaceRecord): Promise<void> {
    const { work, outcome } = record;
    if (outcome !== undefined) return;
    await this.driverOf(work)?.clearAttempt(work);
  }

  private async lookAfter(record: WorkspaceRecord): Promise<void> {
    const { work, outcome } = record;
    const driver = this.driverOf(work);
    if (driver === undefined || outcome === undefined) return;
    try {
      await this.alone(work.job, '', (abort) => this.lookAfterOne(record, driver, abort));
    } catch (error) {
      this.options.logger.error({ err: error, job: work.job }, 'a workspace could not be looked after');
    }
  }

  private async lookAfterOne(record: WorkspaceRecord, driver: Driver, abort: AbortController): Promise<void> {
    const { folders, worker } = this.options;
    const { job } = record.work;
    if (record.runs && !(await driver.isRunning(record))) await this.bringBack(record, driver, abort);
    const answer = await this.orchestrator.report({ job, worker, status: 'running' }, this.stopping.signal);
    // It was deleted while nobody here could hear of it.
    if (!answer.accepted && answer.reason === 'gone') await forgetWorkspace(job.uid, driver, folders);
  }

  private async bringBack({ work }: WorkspaceRecord, driver: Driver, abort: AbortController): Promise<void> {
    const { nc, folders, worker, logger } = this.options;
    const { job } = work;
    const output = new OutputWriter(nc, job);
    output.note('started again with the provisioner');
    let outcome: Outcome;
    try {
      outcome = await driver.bringBack(work, { output, signal: abort.signal });
    } catch (error) {
      await this.stillRuns(job.uid, folders);
      if (abort.signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      outcome = { status: 'failed', reason: 'NotRestarted', message };
    }
    await output.flush();
    logger.info({ job, outcome: outcome.status }, 'brought back');
    if (outcome.status === 'failed') await this.orchestrator.report({ job, worker, ...outcome }, this.stopping.signal);
  }

  /** What could not be brought back now is tried again at the next start. */
  private async stillRuns(uid: string, folders: WorkspaceFolders): Promise<void> {
    const record = await folders.read(uid);
    if (record !== undefined) await folders.write({ ...record, runs: true });
  }

  private driverOf({ provisioner }: Work): Driver | undefined {
    return this.options.drivers.get(provisioner.name);
  }

  private jobOptions(driver: Driver): BuildJobOptions {
    const { nc, folders, worker, reach } = this.options;
    const { orchestrator, timing } = this;
    return { nc, orchestrator, folders, driver, worker, reach, stopping: this.stopping.signal, beatMs: timing.beatMs };
  }
}
