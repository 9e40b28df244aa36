/**
 * What a WorkspaceClaim says of the hook that was to run for it. Nothing, as long as all is well; a hook that failed is
 * said where the claimant looks. The claim stays bound: its workspace can be used.
 */
import type { WorkspaceBuild, WorkspaceClaimStatus } from '@holdfast/prebuild';

import type { Told } from '../pools/jobs.js';
import { nameOf } from './build-name.js';
import { withConditions } from './conditions.js';
import type { Workspace } from './workspace.js';

const HOOK_FAILED = 'HookFailed';

interface Claim {
  readonly metadata: { readonly uid: string; readonly generation?: number };
  readonly status: WorkspaceClaimStatus;
}

export interface HookResult {
  readonly status: WorkspaceClaimStatus;
  readonly told: Told;
}

/** Undefined when the claim is another one, or says so already. */
export const hookResult = (claim: Claim, workspace: Workspace, now: Date): HookResult | undefined => {
  const { build, claimedFor } = workspace.status;
  const { uid } = claim.metadata;
  if (build === undefined || workspace.spec.claimRef?.uid !== uid) return undefined;
  const former = claim.status.conditions?.find(({ type }) => type === HOOK_FAILED);
  if (claimedFor === uid) return former?.status === 'True' ? resultOfSuccess(claim, build, now) : undefined;
  if (build.transition !== 'claim' || build.status !== 'failed') return undefined;
  const failure = failureOf(build);
  return former?.message === failure && former.status === 'True' ? undefined : resultOfFailure(claim, build, now);
};

const failureOf = ({ reason = 'BuildFailed', message = '', ...build }: WorkspaceBuild): string =>
  `${nameOf(build)} has failed: ${reason}${message === '' ? '' : `: ${message}`}`;

const resultOfFailure = (claim: Claim, build: WorkspaceBuild, now: Date): HookResult => {
  const failure = failureOf(build);
  const { reason = 'BuildFailed' } = build;
  const condition = { type: HOOK_FAILED, status: 'True', reason, message: failure } as const;
  const message = `claim hook failed: ${build.message ?? reason}`;
  return {
    status: { ...claim.status, message, conditions: withConditions(claim, [condition], now) },
    told: {
      type: 'Warning',
      reason: 'ClaimHookFailed',
      message: `${failure}; the workspace can be used, and its claim hook is not run again by itself`,
    },
  };
};

const resultOfSuccess = (claim: Claim, build: WorkspaceBuild, now: Date): HookResult => {
  const message = `it has run by ${nameOf(build)}`;
  const { message: _, ...status } = claim.status;
  const condition = { type: HOOK_FAILED, status: 'False', reason: 'Claimed', message } as const;
  return {
    status: { ...status, conditions: withConditions(claim, [condition], now) },
    told: {
      type: 'Normal',
      reason: 'ClaimHookRan',
      message: `the workspace knows its owner; its claim hook has run by ${nameOf(build)}`,
    },
  };
};
