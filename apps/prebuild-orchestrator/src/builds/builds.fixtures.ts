/** A Workspace of a pool, and builds of it, at times of one morning. */
import { WORKSPACE_FINALIZER } from '@holdfast/prebuild';
import type { WorkspaceBuild, WorkspaceSpec, WorkspaceStatus } from '@holdfast/prebuild';
import type { BuildReport, Job } from '@holdfast/provision';

import type { Workspace } from './workspace.js';

/** `10:05` of the day. */
export const at = (time: string): Date => new Date(`2026-01-01T${time.length === 5 ? `${time}:00` : time}Z`);
export const text = (time: string): string => at(time).toISOString();

export const build = (
  transition: WorkspaceBuild['transition'],
  status: WorkspaceBuild['status'],
  more: Partial<WorkspaceBuild> = {},
): WorkspaceBuild => ({
  number: 1,
  transition,
  status,
  queuedAt: text('10:00'),
  ...(status === 'pending' ? {} : { startedAt: text('10:01'), worker: 'provisioner-1' }),
  ...(status === 'pending' || status === 'running' ? {} : { endedAt: text('10:02') }),
  ...more,
});

export interface WorkspaceParts {
  readonly metadata?: Partial<Workspace['metadata']>;
  readonly spec?: Partial<WorkspaceSpec>;
  readonly status?: WorkspaceStatus;
}

export const workspace = ({ metadata, spec, status = {} }: WorkspaceParts = {}): Workspace => ({
  metadata: {
    namespace: 'default',
    name: 'web-1',
    uid: 'uid-1',
    generation: 2,
    finalizers: [WORKSPACE_FINALIZER],
    ...metadata,
  },
  spec: {
    template: 'web',
    version: 'web-1.0',
    preset: 'web-small',
    parameters: {},
    owner: 'prebuilds',
    transition: 'start',
    ...spec,
  },
  status,
});

export const claimRef = { name: 'adas-web', uid: 'uid-of-the-claim' };

export const jobOf = ({ number, transition }: WorkspaceBuild): Job => ({
  namespace: 'default',
  name: 'web-1',
  uid: 'uid-1',
  build: number,
  transition,
});

export const report = (of: WorkspaceBuild, more: Partial<BuildReport> = {}): BuildReport => ({
  job: jobOf(of),
  worker: 'provisioner-1',
  status: 'running',
  ...more,
});
