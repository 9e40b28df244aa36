import { describe, expect, it } from '@jest/globals';

import type { Condition, WorkspaceBuild, WorkspaceClaimStatus } from '@holdfast/prebuild';

import { at, build, claimRef, text, workspace } from './builds.fixtures.js';
import { hookResult } from './hook-result.js';

const bound: WorkspaceClaimStatus = {
  phase: 'Bound',
  preset: 'web-small',
  workspace: { name: 'web-1', uid: 'uid-1' },
  source: 'warm',
  boundAt: text('10:00'),
};
const hookFailed: Condition = {
  type: 'HookFailed',
  status: 'True',
  reason: 'ScriptFailed',
  message: 'build 2 (claim) has failed: ScriptFailed: claim ended with 3',
  lastTransitionTime: text('10:02'),
};
const saying: WorkspaceClaimStatus = {
  ...bound,
  message: 'claim hook failed: claim ended with 3',
  conditions: [hookFailed],
};
const failure = { reason: 'ScriptFailed', message: 'claim ended with 3' };
const result = (of: WorkspaceBuild, status: WorkspaceClaimStatus = bound, claimedFor?: string, uid = claimRef.uid) =>
  hookResult(
    { metadata: { uid }, status },
    workspace({
      spec: { owner: 'ada', claimRef },
      status: { build: of, ...(claimedFor === undefined ? {} : { claimedFor }) },
    }),
    at('10:02'),
  );

describe('a claim whose hook failed', () => {
  it('says so and stays bound, and its owner is told once', () => {
    expect(result(build('claim', 'failed', { number: 2, ...failure }))).toEqual({
      status: saying,
      told: {
        type: 'Warning',
        reason: 'ClaimHookFailed',
        message:
          'build 2 (claim) has failed: ScriptFailed: claim ended with 3; the workspace can be used, and its claim hook is not run again by itself',
      },
    });
    expect(result(build('claim', 'failed', { number: 2, ...failure }), saying)).toBeUndefined();
  });

  it('says so again when it fails by another build', () => {
    expect(result(build('claim', 'failed', { number: 5, ...failure }), saying)).toMatchObject({
      status: { conditions: [{ message: 'build 5 (claim) has failed: ScriptFailed: claim ended with 3' }] },
    });
  });

  it('says so no more once it has run', () => {
    const { status, told } = result(build('claim', 'succeeded', { number: 5 }), saying, claimRef.uid) ?? {};
    expect(status).toEqual({
      ...bound,
      conditions: [{ ...hookFailed, status: 'False', reason: 'Claimed', message: 'it has run by build 5 (claim)' }],
    });
    expect(told).toMatchObject({ type: 'Normal', reason: 'ClaimHookRan' });
  });
});

describe('a claim says nothing', () => {
  it.each<[string, ReturnType<typeof result>]>([
    ['of a hook that has run', result(build('claim', 'succeeded', { number: 2 }), bound, claimRef.uid)],
    ['of a hook that runs', result(build('claim', 'running', { number: 2 }))],
    ['of a workspace that broke after its hook had run', result(build('claim', 'failed'), bound, claimRef.uid)],
    ['of a build of another kind', result(build('stop', 'failed', { number: 3 }))],
    ['of the hook of an earlier claim by its name', result(build('claim', 'failed'), bound, undefined, 'uid-2')],
  ])('%s', (_, nothing) => {
    expect(nothing).toBeUndefined();
  });
});
