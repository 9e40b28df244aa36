/**
 * What a Workspace needs next, from what is wished (transition, deletion, claim) and what its last build came to.
 *
 *            start ──► claim (once a claim)
 *   (none) ──┘  ▲ │       │
 *               │ └► stop ◄┘        a later build ends an earlier one: start ◄ stop, everything ◄ delete;
 *               └────┘              stop and claim are waited for
 *   anything ──► delete ──► released
 */
import { WORKSPACE_FINALIZER } from '@holdfast/prebuild';
import type { BuildTransition, WorkspaceBuild } from '@holdfast/prebuild';

import type { Workspace } from './workspace.js';

export type NextStep =
  /** Its deletion must wait for a build. */
  | { readonly kind: 'protect' }
  | { readonly kind: 'build'; readonly transition: BuildTransition }
  /** Nothing of it is left: it may go. */
  | { readonly kind: 'release' }
  | { readonly kind: 'wait'; readonly until: Date };

const SHORTEST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 600_000;

export const nextStep = (workspace: Workspace, now: Date): NextStep | undefined => {
  const { metadata, status } = workspace;
  const isProtected = metadata.finalizers?.includes(WORKSPACE_FINALIZER) === true;
  if (metadata.deletionTimestamp !== undefined)
    return isProtected ? stepOfDeletion(metadata.deletionTimestamp, status.build, now) : undefined;
  if (!isProtected) return { kind: 'protect' };
  const transition = nextTransition(workspace);
  return transition === undefined ? undefined : { kind: 'build', transition };
};

const stepOfDeletion = (deletedAt: string, build: WorkspaceBuild | undefined, now: Date): NextStep | undefined => {
  if (build === undefined || wasNeverBegun(build)) return { kind: 'release' };
  if (build.transition !== 'delete') return { kind: 'build', transition: 'delete' };
  if (isUnderWay(build)) return undefined;
  if (build.status === 'succeeded') return { kind: 'release' };
  const until = retryDeletionAt(deletedAt, build);
  return until <= now ? { kind: 'build', transition: 'delete' } : { kind: 'wait', until };
};

const nextTransition = ({ spec, status }: Workspace): BuildTransition | undefined => {
  const { build } = status;
  if (build === undefined) return spec.transition === 'start' ? 'start' : undefined;
  if (isUnderWay(build)) return build.transition === 'start' && spec.transition === 'stop' ? 'stop' : undefined;
  if (spec.transition === 'stop') return build.transition === 'stop' ? undefined : 'stop';
  if (build.transition === 'stop') return 'start';
  const runs = build.status === 'succeeded' || build.transition === 'claim';
  if (spec.claimRef === undefined || !runs) return undefined;
  // A hook that failed is not tried again: what it did already could be done twice.
  const isTried = build.transition === 'claim' || spec.claimRef.uid === status.claimedFor;
  return isTried ? undefined : 'claim';
};

export const isUnderWay = ({ status }: WorkspaceBuild): boolean => status === 'pending' || status === 'running';

const wasNeverBegun = ({ number, startedAt }: WorkspaceBuild): boolean => number === 1 && startedAt === undefined;

/** Waits as long again as deletion has taken so far. */
const retryDeletionAt = (deletedAt: string, { endedAt, queuedAt }: WorkspaceBuild): Date => {
  const ended = Date.parse(endedAt ?? queuedAt);
  const wait = Math.min(Math.max(ended - Date.parse(deletedAt), SHORTEST_RETRY_MS), LONGEST_RETRY_MS);
  return new Date(ended + wait);
};
