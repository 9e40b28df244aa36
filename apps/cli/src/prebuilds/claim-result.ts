/** What the gateway answers to a claim, and how it is told to people. */
import { z } from 'zod';

const metadata = z.looseObject({ name: z.string(), namespace: z.string().optional() });

export const claimResultSchema = z.looseObject({
  /** `known`: the claim was there before this call. */
  outcome: z.enum(['created', 'known']),
  claim: z.looseObject({
    metadata,
    spec: z.looseObject({ owner: z.string() }),
    status: z
      .looseObject({
        phase: z.string().optional(),
        source: z.string().optional(),
        missReason: z.string().optional(),
        boundAt: z.string().optional(),
        workspace: z.looseObject({ name: z.string() }).optional(),
        message: z.string().optional(),
        conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
      })
      .default({ conditions: [] }),
  }),
  workspace: z
    .looseObject({
      metadata,
      status: z
        .looseObject({
          phase: z.string().optional(),
          endpoints: z.array(z.looseObject({ name: z.string(), url: z.string() })).default([]),
        })
        .default({ endpoints: [] }),
    })
    .nullable(),
});

export type ClaimResult = z.output<typeof claimResultSchema>;

/** The hook that tells a workspace its owner runs while it can be used already. */
const USABLE = ['Ready', 'Claiming'];
/** Waiting changes nothing any more. */
const LOST = ['Failed', 'Cancelled', 'Deleting'];

export type Standing = 'usable' | 'on its way' | 'lost';

/** `lost`: the workspace of the claim was deleted, or cannot be used. */
export const standingOf = ({ claim, workspace }: ClaimResult): Standing => {
  if (workspace === null) return claim.status.phase === 'Bound' ? 'lost' : 'on its way';
  const phase = workspace.status.phase ?? '';
  if (LOST.includes(phase)) return 'lost';
  return USABLE.includes(phase) ? 'usable' : 'on its way';
};

const SOURCES: Readonly<Record<string, string>> = {
  warm: 'was ready',
  starting: 'had been starting',
  cold: 'is built for this claim',
};

export const renderClaim = (result: ClaimResult, tookMs: number): readonly string[] => {
  const { claim, workspace, outcome } = result;
  const { source = '', missReason, message } = claim.status;
  const why = missReason === undefined ? '' : ` (${missReason})`;
  if (workspace === null) return [withoutWorkspace(result)];
  const { name } = workspace.metadata;
  const whose =
    outcome === 'known'
      ? alreadyOwned(result, name)
      : `workspace ${name} belongs to ${claim.spec.owner} after ${duration(tookMs)}`;
  return [
    `${whose}; it ${SOURCES[source] ?? 'is bound'}${why}`,
    ...workspace.status.endpoints.map(({ name: endpoint, url }) => `  ${endpoint}  ${url}`),
    ...(message === undefined
      ? []
      : [`  ${message}${hasHookFailed(result) ? `; see: kubectl describe ws ${name}` : ''}`]),
    ...furtherSteps(result, name),
  ];
};

const hasHookFailed = ({ claim }: ClaimResult): boolean =>
  claim.status.conditions.some(({ type, status }) => type === 'HookFailed' && status === 'True');

const alreadyOwned = ({ claim }: ClaimResult, workspace: string): string => {
  const { boundAt } = claim.status;
  const since = boundAt === undefined ? '' : ` since ${boundAt}`;
  return `workspace ${workspace} belongs to ${claim.spec.owner} already${since}, by claim ${claim.metadata.name}`;
};

const withoutWorkspace = ({ claim, outcome }: ClaimResult): string => {
  const { name } = claim.metadata;
  const { phase, missReason, workspace } = claim.status;
  if (phase === 'Bound') {
    return `workspace ${workspace?.name ?? ''} of claim ${name} was deleted; delete the claim, or claim by another name`;
  }
  const waits = outcome === 'known' ? 'waits already' : 'waits';
  return `claim ${name} ${waits} for a workspace (${missReason ?? 'Pending'})`;
};

const furtherSteps = (result: ClaimResult, workspace: string): readonly string[] => {
  const phase = (result.workspace?.status.phase ?? 'Pending').toLowerCase();
  switch (standingOf(result)) {
    case 'usable':
      return [];
    case 'on its way':
      return [`  it is ${phase}: kubectl get ws ${workspace} -w`];
    case 'lost':
      return [`  it is ${phase}: holdfast prebuilds logs ${workspace}`];
  }
};

const duration = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);
