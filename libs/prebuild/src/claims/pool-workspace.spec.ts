import { describe, expect, it } from '@jest/globals';

import type { WorkspaceBuild, WorkspaceSpec, WorkspaceStatus } from '../kinds/objects.js';
import { poolWorkspaceOf } from './pool-workspace.js';

const spec: WorkspaceSpec = {
  template: 'node',
  version: 'v2',
  preset: 'web',
  parameters: {},
  owner: 'prebuilds',
  transition: 'start',
};
const build: WorkspaceBuild = {
  number: 1,
  transition: 'start',
  status: 'succeeded',
  queuedAt: '2025-06-02T10:00:00Z',
};
const isReady = (status: 'True' | 'False'): Pick<WorkspaceStatus, 'conditions'> => ({
  conditions: [{ type: 'Ready', status, reason: 'Probed', message: '', lastTransitionTime: '2025-06-02T10:01:00Z' }],
});
const progressOf = (status?: WorkspaceStatus, changes: Partial<WorkspaceSpec> = {}, metadata: object = {}) =>
  poolWorkspaceOf({
    metadata: { name: 'a', creationTimestamp: '2025-06-02T10:00:00Z', ...metadata },
    spec: { ...spec, ...changes },
    ...(status === undefined ? {} : { status }),
  })?.progress;
const ready: WorkspaceStatus = { build, ...isReady('True') };

describe('a workspace that a claim can have', () => {
  it('is ready when it is built and its condition says so', () => {
    expect(progressOf(ready)).toBe('ready');
  });

  it.each([
    ['has no status yet', undefined],
    ['waits for its first build', { build: { ...build, status: 'pending' } }],
    ['is being built', { build: { ...build, status: 'running' } }],
  ] as const)('is starting while it %s', (_what, status) => {
    expect(progressOf(status)).toBe('starting');
  });

  it.each([
    ['does not answer its probe', progressOf({ build, ...isReady('False') })],
    ['failed', progressOf({ build: { ...build, status: 'failed' } })],
    ['was cancelled', progressOf({ build: { ...build, status: 'cancelled' } })],
    ['is being stopped', progressOf({ build: { ...build, transition: 'stop' }, ...isReady('True') })],
    ['shall stop', progressOf(ready, { transition: 'stop' })],
    ['is claimed', progressOf(ready, { claimRef: { name: 'mine', uid: 'uid' } })],
    ['belongs to somebody', progressOf(ready, { owner: 'ada' })],
    ['is being deleted', progressOf(ready, {}, { deletionTimestamp: '2025-06-02T11:00:00Z' })],
  ])('is none that %s', (_what, progress) => {
    expect(progress).toBeUndefined();
  });
});
