/**
 * Whoever writes what makes a build necessary queues it in the same write: one event instead of two, and nobody sees a
 * claim whose hook, or a workspace whose first build, is not on its way.
 */
import type { WorkspaceStatus } from '@holdfast/prebuild';

import { queueBuild } from './build-status.js';
import { nextStep } from './next-step.js';
import type { Workspace } from './workspace.js';

/** The status with the build that the Workspace needs next, if it needs one now. */
export const withQueuedBuild = (workspace: Workspace, now: Date): WorkspaceStatus => {
  const step = nextStep(workspace, now);
  return step?.kind === 'build' ? queueBuild(workspace, step.transition, now) : workspace.status;
};
