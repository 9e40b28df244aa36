/**
 * One job from its delivery to its acknowledgement. A process that dies anywhere on the way is followed by one that gets
 * the job again and comes to the same end.
 *
 *   begin ─► noted as begun ─► built ─► its end noted ─► reported ─► forgotten, if deleted ─► acknowledged
 *     └─ refused: acknowledged          └─ delivered again: only reported
 */
import type { Job, RefusalOfBuild, Work } from '@holdfast/provision';

import type { NatsConnection } from '@nats-io/transport-node';

import { findPort } from '../exec/workspace-port.js';
import { BuildError } from '../driver.js';
import type { Driver, Outcome } from '../driver.js';
import type { ReachPoint } from '../fault.js';
import type { WorkspaceFolders } from '../workspace-folders.js';
import type { Delivery } from './delivery.js';
import type { Orchestrator } from './orchestrator.js';
import { OutputWriter } from './output-writer.js';

export interface BuildJobOptions {
  readonly nc: NatsConnection;
  readonly orchestrator: Orchestrator;
  readonly folders: WorkspaceFolders;
  readonly driver: Driver;
  /** The name of this worker. */
  readonly worker: string;
  readonly reach: ReachPoint;
  /** Aborted when this process stops. */
  readonly stopping: AbortSignal;
  /** How often JetStream and the orchestrator are told that it works. */
  readonly beatMs: number;
}

/** Part of what a service may take to stop. */
const LONGEST_GOODBYE_MS = 1_500;

/**
 * Resolves when the job is acknowledged or given back. Aborting ends the build, with a sentence that says why: nobody
 * wants it any more, or this process stops.
 */
export const buildJob = async (
  message: Delivery,
  job: Job,
  options: BuildJobOptions,
  abort: AbortController,
): Promise<Outcome | RefusalOfBuild | undefined> => {
  const { orchestrator, folders, driver, worker, reach, stopping, beatMs } = options;
  const working = setInterval(() => message.working(), beatMs);
  try {
    const attempt = message.attempt;
    const answer = await orchestrator.begin({ job, worker, attempt }, abort.signal);
    if (!answer.accepted) {
      if (answer.reason === 'gone') await forgetWorkspace(job.uid, driver, folders);
      await message.acknowledge();
      return answer;
    }
    const outcome = (await endedBefore(job, folders)) ?? (await buildNow(answer.work, attempt, options, abort));
    await reportEnd(job, outcome, options);
    reach('reported');
    if (job.transition === 'delete' && outcome.status === 'succeeded') await folders.forget(job.uid);
    await message.acknowledge();
    return outcome;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    // Whoever comes next begins it anew; what nobody wants any more is done.
    if (!stopping.aborted) await message.acknowledge();
    else {
      await tellInterrupted(job, options);
      message.giveBack();
    }
    return undefined;
  } finally {
    clearInterval(working);
  }
};

/** A try that this process broke off shall not count; without an answer in time it does. */
const tellInterrupted = (job: Job, { orchestrator, worker }: BuildJobOptions): Promise<unknown> =>
  orchestrator
    .report({ job, worker, status: 'interrupted' }, AbortSignal.timeout(LONGEST_GOODBYE_MS))
    .catch(() => undefined);

/** Leaves nothing of what nobody knows any more. */
export const forgetWorkspace = async (uid: string, driver: Driver, folders: WorkspaceFolders): Promise<void> => {
  const record = await folders.read(uid);
  if (record === undefined) return;
  await driver.discard(record.work);
  await folders.forget(uid);
};

/** The end of a build that was noted, and of which perhaps nobody was told. */
const endedBefore = async ({ uid, build }: Job, folders: WorkspaceFolders): Promise<Outcome | undefined> => {
  const record = await folders.read(uid);
  return record?.work.job.build === build ? record.outcome : undefined;
};

const buildNow = async (
  work: Work,
  attempt: number,
  options: BuildJobOptions,
  abort: AbortController,
): Promise<Outcome> => {
  const { nc, folders, driver, reach } = options;
  const { job } = work;
  await noteBegun(work, folders);
  reach('begun');
  const output = new OutputWriter(nc, job);
  output.note(`build ${job.build} (${job.transition})${attempt === 1 ? '' : `, attempt ${attempt}`}`);
  const stopBeating = beat(job, options, abort);
  try {
    const outcome = await outcomeOf(driver.build(work, { output, signal: abort.signal }), options, abort.signal);
    reach('done');
    await noteEnd(work, outcome, folders);
    reach('ended');
    await output.end(sentenceOf(job, outcome));
    return outcome;
  } finally {
    stopBeating();
    await output.flush();
  }
};

const noteBegun = async (work: Work, folders: WorkspaceFolders): Promise<void> => {
  const former = await folders.read(work.job.uid);
  if (former !== undefined) {
    const { outcome: _, ...kept } = former;
    return folders.write({ ...kept, work });
  }
  const taken = new Set((await folders.readAll()).map(({ port }) => port));
  const port = await findPort(work.job.uid, taken);
  return folders.write({ work, port, created: false, runs: false, processes: [] });
};

const noteEnd = async (work: Work, outcome: Outcome, folders: WorkspaceFolders): Promise<void> => {
  const record = await folders.read(work.job.uid);
  if (record === undefined) return;
  // Together with the end: an attempt that was not noted as ended begins anew, with an empty folder if it is the first.
  const isStarted = work.job.transition === 'start' && outcome.status === 'succeeded';
  await folders.write({ ...record, work, outcome, ...(isStarted ? { created: true, runs: true } : {}) });
};

/** Tells that the build goes on; ends it when the answer is that nobody wants it. */
const beat = (job: Job, { orchestrator, worker, beatMs }: BuildJobOptions, abort: AbortController): (() => void) => {
  const timer = setInterval(() => {
    orchestrator.tryReport({ job, worker, status: 'running' }).then(
      (answer) => {
        if (!answer.accepted) abort.abort(answer.message);
      },
      // Nobody leads right now, which ends no build.
      () => undefined,
    );
  }, beatMs);
  return () => clearInterval(timer);
};

/** Rejects only when this process stops: then the build has no end. */
const outcomeOf = async (
  building: Promise<Outcome>,
  { stopping }: BuildJobOptions,
  signal: AbortSignal,
): Promise<Outcome> => {
  try {
    return await building;
  } catch (error) {
    if (stopping.aborted) throw error;
    if (signal.aborted) return { status: 'cancelled', message: String(signal.reason) };
    if (error instanceof BuildError) return { status: 'failed', reason: error.reason, message: error.message };
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'failed', reason: 'InternalError', message };
  }
};

const LONGEST_MESSAGE = 4_096;

const reportEnd = async (
  job: Job,
  outcome: Outcome,
  { orchestrator, worker, stopping }: BuildJobOptions,
): Promise<void> => {
  const end =
    outcome.status === 'succeeded' ? outcome : { ...outcome, message: outcome.message.slice(0, LONGEST_MESSAGE) };
  // Whether it is accepted or refused, there is nothing more to say.
  await orchestrator.report({ job, worker, ...end }, stopping);
};

const sentenceOf = ({ build, transition }: Job, outcome: Outcome): string => {
  const name = `build ${build} (${transition})`;
  switch (outcome.status) {
    case 'succeeded':
      return `${name} has succeeded`;
    case 'failed':
      return `${name} has failed: ${outcome.reason}: ${outcome.message}`;
    case 'cancelled':
      return `${name} was cancelled: ${outcome.message}`;
  }
};
