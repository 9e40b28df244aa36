/**
 * What people are told of a Workspace, as Events: each fact once, when the Workspace begins to say so. What is usual in a
 * pool is told with its preset; here it is what somebody asks who looks at this one workspace.
 */
import { POOL_OWNER } from '@holdfast/prebuild';
import type { WorkspaceBuild } from '@holdfast/prebuild';

import type { Told } from '../pools/jobs.js';
import { nameOf } from './build-name.js';
import type { Workspace } from './workspace.js';

/** Without `before` it is new, without `after` it is gone. */
export const newsOf = (before: Workspace | undefined, after: Workspace | undefined): readonly Told[] => {
  if (after === undefined) return before === undefined ? [] : newsOfRemoval(before);
  const { build } = after.status;
  if (build === undefined) return [];
  const former = before?.status.build?.number === build.number ? before.status.build : undefined;
  return [...newsOfReadiness(before, after, build), ...newsOfBuild(former, after, build)];
};

/** Those of a pool are counted with its preset. */
const newsOfRemoval = ({ spec, status: { build } }: Workspace): readonly Told[] =>
  spec.owner === POOL_OWNER || build === undefined
    ? []
    : [normal('Deleted', `nothing of it is left, after ${nameOf(build)}`)];

const newsOfReadiness = (before: Workspace | undefined, after: Workspace, build: WorkspaceBuild): readonly Told[] => {
  const since = readySince(after);
  if (since === undefined || build.transition !== 'start') return [];
  if (before !== undefined && readySince(before) !== undefined) return [];
  return [normal('Ready', `it can be used, ${seconds(build.queuedAt, since)} after ${nameOf(build)} was asked for`)];
};

const readySince = ({ status: { conditions = [] } }: Workspace): string | undefined =>
  conditions.find(({ type, status }) => type === 'Ready' && status === 'True')?.lastTransitionTime;

/** `former` is the same build as it was before. */
const newsOfBuild = (
  former: WorkspaceBuild | undefined,
  workspace: Workspace,
  build: WorkspaceBuild,
): readonly Told[] => {
  switch (build.status) {
    case 'pending':
      return newsOfWaiting(former, build);
    case 'running':
      return newsOfBeginning(former, build);
    case 'succeeded':
      return former?.status === 'succeeded' ? [] : newsOfSuccess(workspace, build);
    case 'failed':
      return former?.status === 'failed' ? [] : [newsOfFailure(former, workspace, build)];
    case 'cancelled':
      if (former?.status === 'cancelled') return [];
      return [warning('Cancelled', `${nameOf(build)} was cancelled${because(build.message)}`)];
  }
};

const newsOfWaiting = (former: WorkspaceBuild | undefined, build: WorkspaceBuild): readonly Told[] =>
  former?.status === 'running'
    ? [normal('Interrupted', `its worker stops: ${nameOf(build)} waits for the next one`)]
    : [];

const newsOfBeginning = (former: WorkspaceBuild | undefined, build: WorkspaceBuild): readonly Told[] => {
  if (former?.status !== 'running' || former.startedAt === build.startedAt) return [];
  return [warning('BegunAnew', `${nameOf(build)} begins anew: its last try came to no end`)];
};

const newsOfSuccess = ({ spec }: Workspace, build: WorkspaceBuild): readonly Told[] => {
  const took = seconds(build.startedAt ?? build.queuedAt, build.endedAt ?? build.queuedAt);
  switch (build.transition) {
    case 'claim':
      return [normal('Claimed', `it knows its owner ${spec.owner}; ${nameOf(build)} took ${took}`)];
    case 'stop':
      return [normal('Stopped', `nothing of it runs; ${nameOf(build)} took ${took}`)];
    // Told by its readiness, and by its removal.
    case 'start':
    case 'delete':
      return [];
  }
};

const newsOfFailure = (former: WorkspaceBuild | undefined, { metadata }: Workspace, build: WorkspaceBuild): Told => {
  const { reason = 'BuildFailed' } = build;
  if (former?.status === 'succeeded')
    return warning(reason, `what ${nameOf(build)} had built is broken${because(build.message)}`);
  const failed = `${nameOf(build)} has failed${because(build.message)}`;
  switch (build.transition) {
    case 'claim':
      return warning(reason, `${failed}; it can be used, and its claim hook is not run again by itself`);
    case 'delete':
      return warning(reason, `${failed}; it is tried again`);
    case 'start':
    case 'stop':
      return warning(reason, `${failed}; what it printed: holdfast prebuilds logs ${metadata.name}`);
  }
};

const because = (message: string | undefined): string => (message === undefined ? '' : `: ${message}`);

const seconds = (from: string, to: string): string =>
  `${(Math.max(Date.parse(to) - Date.parse(from), 0) / 1_000).toFixed(1)} s`;

const normal = (reason: string, message: string): Told => ({ type: 'Normal', reason, message });
const warning = (reason: string, message: string): Told => ({ type: 'Warning', reason, message });
