/** What a claim may be given, best first (rule book: Claiming, "Eligible"). */
import type { Instant } from '../instant.js';
import { oldestAccepted, oldestFirst } from '../pool-state.js';
import type { Expiry } from '../pool-state.js';
import type { PoolWorkspace } from './pool-workspace.js';

/** The pools of one preset that claims are served from. */
export interface ClaimablePools extends Expiry {
  readonly preset: string;
  readonly activeVersion: string;
  /** Those before, as long as a surge keeps instances of them: what nobody has replaced can still be had. */
  readonly retiringVersions?: readonly string[];
}

/** Ready ones of the preset that have not expired: those of the active version first, the oldest first. */
export const eligible = (
  workspaces: Iterable<PoolWorkspace>,
  pools: ClaimablePools,
  now: Instant,
): readonly PoolWorkspace[] => [...workspaces].filter(eligibility(pools, now)).sort(bestFirst(pools));

/** Whether a workspace is eligible now. */
export const eligibility = (pools: ClaimablePools, now: Instant): ((workspace: PoolWorkspace) => boolean) => {
  const oldest = oldestAccepted(pools, now);
  return ({ preset, version, progress, createdAt }) =>
    progress === 'ready' &&
    preset === pools.preset &&
    (version === pools.activeVersion || pools.retiringVersions?.includes(version) === true) &&
    (oldest === undefined || createdAt >= oldest);
};

/** The order in which eligible ones are handed out. */
export const bestFirst =
  ({ activeVersion }: ClaimablePools) =>
  (a: PoolWorkspace, b: PoolWorkspace): number =>
    Number(a.version !== activeVersion) - Number(b.version !== activeVersion) || oldestFirst(a, b);
