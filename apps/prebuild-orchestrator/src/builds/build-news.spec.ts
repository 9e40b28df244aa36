import { describe, expect, it } from '@jest/globals';

import type { WorkspaceBuild, WorkspaceStatus } from '@holdfast/prebuild';

import { cancelBuild, failBuild } from './apply-report.js';
import { newsOf } from './build-news.js';
import { queueBuild, requeueBuild, withBuild, withLoss, withReadiness } from './build-status.js';
import { at, build, claimRef, text, workspace } from './builds.fixtures.js';
import type { Workspace } from './workspace.js';

const NOW = at('10:02');
const start = build('start', 'running');
const claim = build('claim', 'running', { number: 2 });
const owned = (status: WorkspaceStatus): Workspace => workspace({ spec: { owner: 'ada', claimRef }, status });

/** What is told when the Workspace, whose build was `before`, gets the status. */
const news = (before: WorkspaceBuild, status: (of: Workspace) => WorkspaceStatus | undefined) => {
  const former = workspace({ spec: { owner: 'ada', claimRef }, status: { build: before } });
  return newsOf(former, { ...former, status: status(former) ?? {} });
};
const failed = (why: { reason: string; message: string }) => (of: Workspace) =>
  failBuild(of, of.status.build ?? start, why, NOW);

describe('of a workspace people are told', () => {
  it.each([
    [
      'that its build has failed, and where to read what it printed',
      news(start, failed({ reason: 'ScriptFailed', message: 'create ended with 3' })),
      'Warning',
      'ScriptFailed',
      'build 1 (start) has failed: create ended with 3; what it printed: holdfast prebuilds logs web-1',
    ],
    [
      'that too many workers were lost over it',
      news(start, failed({ reason: 'WorkerLost', message: '3 workers began it and none ended it' })),
      'Warning',
      'WorkerLost',
      'build 1 (start) has failed: 3 workers began it and none ended it; what it printed: holdfast prebuilds logs web-1',
    ],
    [
      'that its claim hook has failed, and what follows from it',
      news(claim, failed({ reason: 'TimedOut', message: 'claim did not end within 10 s' })),
      'Warning',
      'TimedOut',
      'build 2 (claim) has failed: claim did not end within 10 s; it can be used, and its claim hook is not run again by itself',
    ],
    [
      'that it could not be deleted yet',
      news(build('delete', 'running', { number: 3 }), failed({ reason: 'ProcessesRemain', message: '7 did not end' })),
      'Warning',
      'ProcessesRemain',
      'build 3 (delete) has failed: 7 did not end; it is tried again',
    ],
    [
      'that its build was cancelled',
      news(start, (of) => cancelBuild(of, 'the pool is drained', NOW)),
      'Warning',
      'Cancelled',
      'build 1 (start) was cancelled: the pool is drained',
    ],
    [
      'that what was built is broken',
      news(build('start', 'succeeded'), (of) =>
        withLoss(of, build('start', 'failed', { reason: 'NotRestarted', message: 'start ended with 1' }), NOW),
      ),
      'Warning',
      'NotRestarted',
      'what build 1 (start) had built is broken: start ended with 1',
    ],
    [
      'that its build begins anew',
      news(start, (of) => withBuild(of, { ...start, worker: 'provisioner-2', startedAt: text('10:02') }, NOW)),
      'Warning',
      'BegunAnew',
      'build 1 (start) begins anew: its last try came to no end',
    ],
    [
      'that its worker stops',
      news(start, (of) => requeueBuild(of, start, NOW)),
      'Normal',
      'Interrupted',
      'its worker stops: build 1 (start) waits for the next one',
    ],
    [
      'when it can be used',
      news(start, (of) => withReadiness(of, NOW)),
      'Normal',
      'Ready',
      'it can be used, 120.0 s after build 1 (start) was asked for',
    ],
    [
      'when it knows its owner',
      news(claim, (of) => withBuild(of, build('claim', 'succeeded', { number: 2 }), NOW)),
      'Normal',
      'Claimed',
      'it knows its owner ada; build 2 (claim) took 60.0 s',
    ],
    [
      'when it has stopped',
      news(build('stop', 'running'), (of) => withBuild(of, build('stop', 'succeeded'), NOW)),
      'Normal',
      'Stopped',
      'nothing of it runs; build 1 (stop) took 60.0 s',
    ],
    [
      'when nothing of it is left',
      newsOf(owned({ build: build('delete', 'succeeded', { number: 3 }) }), undefined),
      'Normal',
      'Deleted',
      'nothing of it is left, after build 3 (delete)',
    ],
  ])('%s', (_, told, type, reason, message) => {
    expect(told).toEqual([{ type, reason, message }]);
  });
});

describe('nothing is told', () => {
  const ended = build('start', 'failed', { reason: 'ScriptFailed', message: 'create ended with 3' });
  const ready = workspace({ status: withBuild(workspace(), build('start', 'succeeded'), NOW) });

  it.each<[string, ReturnType<typeof newsOf>]>([
    ['of a build that waits', news(start, (of) => queueBuild(of, 'start', NOW))],
    ['of a build that begins', news(build('start', 'pending'), (of) => withBuild(of, start, NOW))],
    ['again of a build that has failed before', news(ended, (of) => withBuild(of, ended, NOW))],
    ['again of readiness, when the build that made it ready ends', newsOf(ready, ready)],
    ['of one of a pool that goes: its preset tells', newsOf(workspace({ status: { build: start } }), undefined)],
    ['of one that never had a build', newsOf(undefined, workspace())],
  ])('%s', (_, told) => {
    expect(told).toEqual([]);
  });
});
