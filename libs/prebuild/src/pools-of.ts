/**
 * The pools of one version of the log, out of templates, presets and workspaces (rule book: Objects; Planning is pure,
 * "snapshot"). Claimed workspaces, stopped ones, and failed or cancelled builds are in no pool.
 */
import { judgeBuilds } from './back-off.js';
import type { EndedBuild, FailurePolicy } from './back-off.js';
import type { DemandCounts } from './demand.js';
import type { Instant } from './instant.js';
import type { InactiveReason, PausedBy, PoolSettings, PoolSnapshot, Standing } from './pool-snapshot.js';

export interface TemplateFacts {
  readonly id: string;
  readonly activeVersion: string;
  /** The version that was active before. */
  readonly previousVersion?: string;
  readonly deleted: boolean;
  readonly deprecated: boolean;
  readonly paused: boolean;
}

export interface PresetFacts {
  readonly id: string;
  readonly template: string;
  readonly deleted: boolean;
  readonly paused: boolean;
  readonly settings: PoolSettings;
  readonly invalidatedAt?: Instant;
  /** When its spec changed last, or somebody asked for another try. */
  readonly retriedAt?: Instant;
  readonly demand?: DemandCounts;
}

export interface WorkspaceFacts {
  readonly id: string;
  readonly preset: string;
  readonly version: string;
  readonly claimed: boolean;
  readonly createdAt: Instant;
  readonly ready: boolean;
  /** When its first build had succeeded; known also after it is claimed or stopped. */
  readonly builtAt?: Instant;
  /** The newest one. */
  readonly build: Build;
}

export interface Build {
  readonly transition: 'start' | 'stop' | 'delete';
  readonly progress:
    | { readonly status: 'pending' | 'running' }
    | { readonly status: 'succeeded' | 'failed' | 'cancelled'; readonly endedAt: Instant };
}

export interface Facts {
  readonly paused: boolean;
  readonly templates: readonly TemplateFacts[];
  readonly presets: readonly PresetFacts[];
  readonly workspaces: readonly WorkspaceFacts[];
}

/** The pool of every preset at its active version, and those of other versions that are not empty yet. */
export const poolsOf = (
  facts: Facts,
  now: Instant,
  policy: Omit<FailurePolicy, 'retriedAt'>,
): readonly PoolSnapshot[] => {
  const templates = new Map(facts.templates.map((template) => [template.id, template]));
  const byPreset = groupBy(facts.workspaces, ({ preset }) => preset);
  return facts.presets.flatMap((preset) => {
    const template = templates.get(preset.template);
    const everBuilt = groupBy(byPreset.get(preset.id) ?? [], ({ version }) => version);
    const versions = new Set(template === undefined ? [] : [template.activeVersion]);
    for (const [version, workspaces] of everBuilt) if (!workspaces.every(isClaimed)) versions.add(version);
    return [...versions].map((version) => {
      const workspaces = everBuilt.get(version) ?? [];
      return {
        ...poolOf({ preset, template, version, workspaces: workspaces.filter((one) => !isClaimed(one)) }),
        // The claimed ones tell, too, that building worked.
        ...judgeBuilds(workspaces.flatMap(endedBuild), { ...policy, ...retried(preset) }, now),
        ...pausedBy(facts, template, preset),
      };
    });
  });
};

const isClaimed = ({ claimed }: WorkspaceFacts): boolean => claimed;

interface PoolParts {
  readonly preset: PresetFacts;
  readonly template: TemplateFacts | undefined;
  readonly version: string;
  readonly workspaces: readonly WorkspaceFacts[];
}

const poolOf = ({ preset, template, version, workspaces }: PoolParts): Omit<PoolSnapshot, 'hardLimit'> => {
  const standing = standingOf(preset, template, version);
  const isActive = standing.status === 'active';
  const waiting = workspaces.filter(({ build }) => build.transition === 'start' && build.progress.status === 'pending');
  const begun = (transition: Build['transition']): number =>
    workspaces.filter(({ build }) => build.transition === transition && isInProgress(build)).length;
  return {
    pool: `${preset.id}@${version}`,
    preset: preset.id,
    template: preset.template,
    standing,
    settings: preset.settings,
    running: workspaces.filter(({ build }) => build.transition === 'start' && build.progress.status === 'succeeded'),
    inProgress: {
      start: begun('start') - (isActive ? 0 : waiting.length),
      stop: begun('stop'),
      delete: begun('delete'),
    },
    pending: isActive ? 0 : waiting.length,
    ...(preset.invalidatedAt === undefined ? {} : { invalidatedAt: preset.invalidatedAt }),
    ...(preset.demand === undefined ? {} : { demand: preset.demand }),
  };
};

const isInProgress = ({ progress }: Build): boolean => progress.status === 'pending' || progress.status === 'running';

const standingOf = (preset: PresetFacts, template: TemplateFacts | undefined, version: string): Standing => {
  const because = inactiveReason(preset, template, version);
  return because === undefined ? { status: 'active' } : { status: 'inactive', because };
};

const inactiveReason = (
  preset: PresetFacts,
  template: TemplateFacts | undefined,
  version: string,
): InactiveReason | undefined => {
  if (preset.deleted) return 'preset-deleted';
  if (template === undefined || template.deleted) return 'template-deleted';
  if (template.deprecated) return 'template-deprecated';
  if (version === template.activeVersion) return undefined;
  return version === template.previousVersion ? 'version-replaced' : 'version-not-active';
};

const endedBuild = ({ builtAt, build: { transition, progress } }: WorkspaceFacts): readonly EndedBuild[] => {
  if (builtAt !== undefined) return [{ endedAt: builtAt, outcome: 'succeeded' }];
  if (transition !== 'start' || !('endedAt' in progress)) return [];
  return [{ endedAt: progress.endedAt, outcome: progress.status }];
};

const retried = ({ retriedAt }: PresetFacts): Pick<FailurePolicy, 'retriedAt'> =>
  retriedAt === undefined ? {} : { retriedAt };

const pausedBy = (
  { paused }: Facts,
  template: TemplateFacts | undefined,
  preset: PresetFacts,
): { readonly pausedBy?: PausedBy } => {
  if (paused) return { pausedBy: 'system' };
  if (template?.paused === true) return { pausedBy: 'template' };
  return preset.paused ? { pausedBy: 'preset' } : {};
};

const groupBy = <T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
};
