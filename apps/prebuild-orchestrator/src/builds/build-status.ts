/** What a Workspace's status says of a build, in each state that the build can be in. */
import type { BuildStatus, BuildTransition, WorkspaceBuild, WorkspacePhase, WorkspaceStatus } from '@holdfast/prebuild';

import { timeText, withConditions } from './conditions.js';
import type { NewCondition } from './conditions.js';
import type { Workspace } from './workspace.js';

const PHASES: Readonly<Record<BuildTransition, Readonly<Record<BuildStatus, WorkspacePhase>>>> = {
  start: { pending: 'Pending', running: 'Building', succeeded: 'Ready', failed: 'Failed', cancelled: 'Cancelled' },
  // Whatever becomes of the hook, the workspace stays what it was: usable.
  claim: { pending: 'Claiming', running: 'Claiming', succeeded: 'Ready', failed: 'Ready', cancelled: 'Ready' },
  stop: { pending: 'Stopping', running: 'Stopping', succeeded: 'Stopped', failed: 'Failed', cancelled: 'Cancelled' },
  // A deletion is tried until it succeeds.
  delete: {
    pending: 'Deleting',
    running: 'Deleting',
    succeeded: 'Deleting',
    failed: 'Deleting',
    cancelled: 'Deleting',
  },
};

/** The status with the next build, waiting for a worker. */
export const queueBuild = (workspace: Workspace, transition: BuildTransition, now: Date): WorkspaceStatus => {
  const number = (workspace.status.build?.number ?? 0) + 1;
  return waitingStatus(workspace, { number, transition, status: 'pending', queuedAt: timeText(now) }, now);
};

/** The status with its build as it was before a worker began it: another try waits for a worker. */
export const requeueBuild = (workspace: Workspace, build: WorkspaceBuild, now: Date): WorkspaceStatus => {
  // When it was begun first stays: something may be left of it, which is cleared away before the workspace goes.
  const { worker: _, handedBack = 0, ...rest } = build;
  return waitingStatus(workspace, { ...rest, status: 'pending', handedBack: handedBack + 1 }, now);
};

const waitingStatus = (workspace: Workspace, build: WorkspaceBuild, now: Date): WorkspaceStatus => {
  const { endpoints: _, ...rest } = workspace.status;
  // What is about to be started or stopped is nowhere to be found meanwhile.
  const status = build.transition === 'claim' ? workspace.status : rest;
  return withBuild({ ...workspace, status }, build, now);
};

/** The status with its build as it is now, and with everything that follows from it. */
export const withBuild = (workspace: Workspace, build: WorkspaceBuild, now: Date): WorkspaceStatus => {
  const { metadata, spec, status } = workspace;
  const time = timeText(now);
  const succeeded = build.status === 'succeeded';
  const isStarted = succeeded && build.transition === 'start';
  return {
    ...status,
    phase: PHASES[build.transition][build.status],
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    build,
    ...(isStarted ? { builtAt: status.builtAt ?? time, readyAt: status.readyAt ?? time } : {}),
    ...(succeeded && build.transition === 'claim' && spec.claimRef !== undefined
      ? { claimedFor: spec.claimRef.uid }
      : {}),
    conditions: withConditions(workspace, [conditionOf(build)], now),
  };
};

/** The status of one that can be used although its build goes on. */
export const withReadiness = (workspace: Workspace, now: Date): WorkspaceStatus => ({
  ...workspace.status,
  phase: 'Ready',
  readyAt: workspace.status.readyAt ?? timeText(now),
  conditions: withConditions(workspace, [READY], now),
});

/** The status of one whose last build had succeeded, and which is broken all the same. */
export const withLoss = (workspace: Workspace, build: WorkspaceBuild, now: Date): WorkspaceStatus => ({
  ...workspace.status,
  phase: 'Failed',
  build,
  conditions: withConditions(workspace, [{ type: 'Ready', status: 'False', ...whyNot(build) }], now),
});

const READY: NewCondition = { type: 'Ready', status: 'True', reason: 'Ready', message: 'it can be used' };

/** Claims speak of `Claimed`, everything else of `Ready`. */
const conditionOf = (build: WorkspaceBuild): NewCondition => {
  const { transition, status } = build;
  if (transition === 'claim') {
    return status === 'succeeded'
      ? { type: 'Claimed', status: 'True', reason: 'Claimed', message: 'it knows its owner' }
      : { type: 'Claimed', status: 'False', ...whyNot(build) };
  }
  if (transition === 'start' && status === 'succeeded') return READY;
  return { type: 'Ready', status: 'False', ...whyNot(build) };
};

const NOT_YET: Readonly<Record<BuildTransition, { reason: string; done: string }>> = {
  start: { reason: 'Building', done: 'Ready' },
  claim: { reason: 'Claiming', done: 'Claimed' },
  stop: { reason: 'Stopping', done: 'Stopped' },
  delete: { reason: 'Deleting', done: 'Deleted' },
};

const whyNot = ({ number, transition, status, worker, reason, message }: WorkspaceBuild) => {
  const build = `build ${number} (${transition})`;
  const words = NOT_YET[transition];
  switch (status) {
    case 'pending':
      return { reason: 'Pending', message: `${build} waits for a worker` };
    case 'running':
      return { reason: words.reason, message: `${build} is under way, by ${worker ?? 'nobody'}` };
    case 'succeeded':
      return { reason: words.done, message: `${build} has succeeded` };
    case 'failed':
      return { reason: reason ?? 'Failed', message: message ?? `${build} has failed` };
    case 'cancelled':
      return { reason: reason ?? 'Cancelled', message: message ?? `${build} was cancelled` };
  }
};
