/** What the gateway answers to a claim, and how it is told to people. */
import { z } from 'zod';

const metadata = z.looseObject({ name: z.string(), namespace: z.string().optional() });

export const claimResultSchema = z.looseObject({
  claim: z.looseObject({
    metadata,
    spec: z.looseObject({ owner: z.string() }),
    status: z
      .looseObject({ phase: z.string().optional(), source: z.string().optional(), missReason: z.string().optional() })
      .default({}),
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

export const isUsable = ({ workspace }: ClaimResult): boolean => USABLE.includes(workspace?.status.phase ?? '');

const SOURCES: Readonly<Record<string, string>> = {
  warm: 'was ready',
  starting: 'had been starting',
  cold: 'is built for this claim',
};

export const renderClaim = (result: ClaimResult, tookMs: number): readonly string[] => {
  const { claim, workspace } = result;
  const { source = '', missReason } = claim.status;
  const took = tookMs < 1_000 ? `${Math.round(tookMs)} ms` : `${(tookMs / 1_000).toFixed(1)} s`;
  if (workspace === null) return [`claim ${claim.metadata.name} waits for a workspace (${missReason ?? 'Pending'})`];
  const why = missReason === undefined ? '' : ` (${missReason})`;
  return [
    `workspace ${workspace.metadata.name} belongs to ${claim.spec.owner} after ${took}; it ${SOURCES[source] ?? 'is bound'}${why}`,
    ...workspace.status.endpoints.map(({ name, url }) => `  ${name}  ${url}`),
    ...(isUsable(result)
      ? []
      : [
          `  it is ${(workspace.status.phase ?? 'Pending').toLowerCase()}: kubectl get ws ${workspace.metadata.name} -w`,
        ]),
  ];
};
