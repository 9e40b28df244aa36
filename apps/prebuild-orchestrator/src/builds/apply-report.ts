/** What a worker's words make of a Workspace: a new status, or a refusal that changes nothing. */
import type { Timeouts, WorkspaceBuild, WorkspaceStatus } from '@holdfast/prebuild';
import type { BeginRequest, BuildReport, Job, RefusalOfBuild } from '@holdfast/provision';

import { requeueBuild, withBuild, withLoss, withReadiness } from './build-status.js';
import { nameOf } from './build-name.js';
import { timeText } from './conditions.js';
import { isUnderWay } from './next-step.js';
import type { Workspace } from './workspace.js';

export type Verdict =
  /** Without a status, nothing changes. */
  | { readonly accepted: true; readonly status?: WorkspaceStatus }
  | { readonly accepted: false; readonly refusal: RefusalOfBuild; readonly status?: WorkspaceStatus };

/** So many tries may come to no end before a build counts as failed; those that were handed back do not count. */
export const MOST_ATTEMPTS = 3;

/** How long after the last time-out a build without an end is given up. */
const GRACE_MS = 60_000;

/** `workspace` is the one by the job's name, where there is one. */
export const beginBuild = (workspace: Workspace | undefined, request: BeginRequest, now: Date): Verdict => {
  const { job, worker, attempt } = request;
  const found = buildOf(workspace, job);
  if ('accepted' in found) return { accepted: false, refusal: found };
  if (!isUnderWay(found.build)) return refusedByEnd(found.build);
  if (attempt - (found.build.handedBack ?? 0) > MOST_ATTEMPTS) {
    const message = `${MOST_ATTEMPTS} workers began ${nameOf(found.build)} and none ended it`;
    const status = endedStatus(found, { status: 'failed', reason: 'WorkerLost', message }, now);
    return { accepted: false, refusal: refuse('finished', message), status };
  }
  const build: WorkspaceBuild = { ...found.build, status: 'running', worker, startedAt: timeText(now) };
  return { accepted: true, status: withBuild(found.workspace, build, now) };
};

export const applyReport = (workspace: Workspace | undefined, report: BuildReport, now: Date): Verdict => {
  const found = buildOf(workspace, report.job);
  if ('accepted' in found) return { accepted: false, refusal: found };
  const { build } = found;
  if (build.worker !== report.worker) {
    const whose = build.worker === undefined ? 'nobody has begun' : `${build.worker} works on`;
    return { accepted: false, refusal: refuse('superseded', `${whose} ${nameOf(build)}, not ${report.worker}`) };
  }
  if (!isUnderWay(build)) return reportAfterEnd(found, report, now);
  const reported = withEndpoints(found.workspace, report);
  switch (report.status) {
    case 'running':
      return { accepted: true };
    case 'ready':
      return build.transition === 'start'
        ? { accepted: true, status: withReadiness(reported, now) }
        : { accepted: true };
    case 'interrupted':
      return { accepted: true, status: requeueBuild(found.workspace, build, now) };
    case 'succeeded':
    case 'failed':
    case 'cancelled': {
      const end = { ...report, status: report.status };
      return { accepted: true, status: endedStatus({ workspace: reported, build }, end, now) };
    }
  }
};

/** The status of a Workspace whose build nobody wants any more; undefined when none is under way. */
export const cancelBuild = (workspace: Workspace, message: string, now: Date): WorkspaceStatus | undefined => {
  const { build } = workspace.status;
  if (build === undefined || !isUnderWay(build)) return undefined;
  return endedStatus({ workspace, build }, { status: 'cancelled', reason: 'Cancelled', message }, now);
};

/** The status of a Workspace whose build ended without a worker's word. */
export const failBuild = (
  workspace: Workspace,
  build: WorkspaceBuild,
  why: { readonly reason: string; readonly message: string },
  now: Date,
): WorkspaceStatus => endedStatus({ workspace, build }, { status: 'failed', ...why }, now);

/** Why a workspace cannot be built: what it is built from is not there. */
export const noVersion = ({ spec, metadata }: Workspace): { readonly reason: string; readonly message: string } => ({
  reason: 'TemplateVersionNotFound',
  message: `there is no TemplateVersion "${spec.version}" in ${metadata.namespace}`,
});

/** Whether a build should have ended long ago; nobody could report before `since`. */
export const isOverdue = (build: WorkspaceBuild, timeouts: Timeouts, since: Date, now: Date): boolean => {
  if (build.status !== 'running') return false;
  const began = Math.max(Date.parse(build.startedAt ?? build.queuedAt), since.getTime());
  return now.getTime() > began + allowedMs(build, timeouts) + GRACE_MS;
};

/** The longest that a build of this kind may take. */
export const allowedMs = ({ transition }: Pick<WorkspaceBuild, 'transition'>, timeouts: Timeouts): number => {
  switch (transition) {
    case 'start':
      // Both scripts, `create` and `start`, have the same time.
      return (2 * timeouts.createSeconds + timeouts.readySeconds) * 1_000;
    case 'claim':
      return timeouts.claimSeconds * 1_000;
    case 'stop':
      return timeouts.stopSeconds * 1_000;
    case 'delete':
      return timeouts.deleteSeconds * 1_000;
  }
};

interface Found {
  readonly workspace: Workspace;
  readonly build: WorkspaceBuild;
}

const buildOf = (workspace: Workspace | undefined, job: Job): Found | RefusalOfBuild => {
  if (workspace === undefined || workspace.metadata.uid !== job.uid)
    return refuse('gone', `there is no workspace "${job.name}" with uid ${job.uid} in ${job.namespace}`);
  const { build } = workspace.status;
  if (build?.number === job.build) return { workspace, build };
  if (build === undefined || build.number < job.build)
    return refuse('superseded', `"${job.name}" has no build ${job.build}`);
  const reason = build.transition === 'claim' ? 'claimed' : 'superseded';
  return refuse(reason, `${nameOf(build)} of "${job.name}" has taken the place of build ${job.build}`);
};

const refusedByEnd = (build: WorkspaceBuild): Verdict => {
  const reason = build.status === 'cancelled' ? 'cancelled' : 'finished';
  return { accepted: false, refusal: refuse(reason, `${nameOf(build)} has ended already: ${build.status}`) };
};

const reportAfterEnd = (found: Found, report: BuildReport, now: Date): Verdict => {
  const { workspace, build } = found;
  // The answer to the first one was lost.
  if (report.status === build.status) return { accepted: true };
  const built = build.status === 'succeeded' && (build.transition === 'start' || build.transition === 'claim');
  if (!built || report.status !== 'failed') return refusedByEnd(build);
  return { accepted: true, status: withLoss(workspace, ended(build, { ...report, status: 'failed' }, now), now) };
};

type End = Pick<BuildReport, 'reason' | 'message'> & { readonly status: 'succeeded' | 'failed' | 'cancelled' };

const endedStatus = ({ workspace, build }: Found, end: End, now: Date): WorkspaceStatus => {
  const status = withBuild(workspace, ended(build, end, now), now);
  if (build.transition !== 'stop' || end.status !== 'succeeded') return status;
  const { endpoints: _, ...stopped } = status;
  return stopped;
};

const ended = (build: WorkspaceBuild, { status, reason, message }: End, now: Date): WorkspaceBuild => ({
  ...build,
  status,
  endedAt: timeText(now),
  ...(status === 'succeeded' || reason === undefined ? {} : { reason }),
  ...(status === 'succeeded' || message === undefined ? {} : { message }),
});

const withEndpoints = (workspace: Workspace, { endpoints }: BuildReport): Workspace =>
  endpoints === undefined ? workspace : { ...workspace, status: { ...workspace.status, endpoints } };

const refuse = (reason: RefusalOfBuild['reason'], message: string): RefusalOfBuild => ({
  accepted: false,
  reason,
  message,
});
