/**
 * The pools of one version of the log, out of templates, presets and workspaces (rule book: Objects; Planning is pure,
 * "snapshot"). Claimed workspaces, and failed or cancelled builds, are in no pool.
 */
import { judgeBuilds } from './back-off.js';
import type { CountedFailures, EndedBuild, FailurePolicy } from './back-off.js';
import type { DemandCounts } from './demand.js';
import type { Duration, Instant } from './instant.js';
import type { InactiveReason, PausedBy, PoolSettings, PoolSnapshot, Standing } from './pool-snapshot.js';

export interface TemplateFacts {
  readonly id: string;
  readonly activeVersion: string;
  /** The version that was active before. */
  readonly previousVersion?: string;
  readonly deleted: boolean;
  /** What those who ask are told. */
  readonly deprecated: false | string;
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
  /** Of each version, the failed builds that were counted before. */
  readonly failures?: ReadonlyMap<string, CountedFailures>;
  /** Of each version, when a build of it worked last, as it was known before. */
  readonly lastBuilt?: ReadonlyMap<string, Instant>;
  /** What the template's active version does not take of its parameters. */
  readonly unfit?: readonly string[];
  readonly demand?: DemandCounts;
  /** How long an instance took to be built, as it was known before the workspaces that are there. */
  readonly buildTook?: Duration;
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
    | { readonly status: 'succeeded' | 'cancelled'; readonly endedAt: Instant }
    | { readonly status: 'failed'; readonly endedAt: Instant; readonly message: string };
}

export interface Facts {
  readonly paused: boolean;
  readonly templates: readonly TemplateFacts[];
  readonly presets: readonly PresetFacts[];
  readonly workspaces: readonly WorkspaceFacts[];
  /** Of each pool, when the newest of its instances that are not among the workspaces any more was built. */
  readonly handedOver?: ReadonlyMap<string, Instant>;
}

/** The pool of every preset at its active version, and those of other versions that are not empty yet. */
export const poolsOf = (
  facts: Facts,
  now: Instant,
  policy: Pick<FailurePolicy, 'failureHardLimit' | 'probeCoolDown'>,
): readonly PoolSnapshot[] => {
  const templates = new Map(facts.templates.map((template) => [template.id, template]));
  const byPreset = byPresetAndVersion(facts.workspaces);
  return facts.presets.flatMap((preset) => {
    const template = templates.get(preset.template);
    const everBuilt = byPreset.get(preset.id) ?? new Map<string, readonly WorkspaceFacts[]>();
    const versions = new Set(template === undefined ? [] : [template.activeVersion]);
    for (const [version, workspaces] of everBuilt) if (!workspaces.every(isClaimed)) versions.add(version);
    return [...versions].map((version) => {
      const workspaces = everBuilt.get(version) ?? [];
      const builds = [handedOverBuild(facts, preset, version), ...workspaces.map(endedBuild)].filter(isKnown);
      return {
        ...poolOf({ preset, template, version, workspaces }),
        // The claimed ones tell, too, that building worked; that it failed says nothing of the pool.
        ...judgeBuilds(builds, { ...policy, ...retried(preset), ...knownBefore(preset, version) }, now),
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
  const { waiting, start, ...found } = countBuilds(workspaces);
  // What nobody has begun is a start of an active pool, and to be cancelled in any other.
  const isActive = standing.status === 'active';
  return {
    pool: poolIdOf(preset.id, version),
    preset: preset.id,
    template: preset.template,
    standing,
    settings: preset.settings,
    running: found.running,
    stopped: found.stopped,
    inProgress: { start: start + (isActive ? waiting : 0), stop: found.stop, delete: found.delete },
    pending: isActive ? 0 : waiting,
    ...(preset.invalidatedAt === undefined ? {} : { invalidatedAt: preset.invalidatedAt }),
    ...(version === template?.activeVersion && preset.unfit !== undefined ? { unfit: preset.unfit } : {}),
    ...(preset.demand === undefined ? {} : { demand: preset.demand }),
    ...buildTook(preset, workspaces),
  };
};

/** What was built for a claim may have other parameters. */
const buildTook = (preset: PresetFacts, workspaces: readonly WorkspaceFacts[]): Pick<PoolSnapshot, 'buildTook'> => {
  let newest: Instant | undefined;
  let took = preset.buildTook;
  for (const { claimed, builtAt, createdAt } of workspaces) {
    if (claimed || builtAt === undefined || (newest !== undefined && builtAt < newest)) continue;
    took = builtAt === newest && took !== undefined && took > builtAt - createdAt ? took : builtAt - createdAt;
    newest = builtAt;
  }
  return took === undefined ? {} : { buildTook: took };
};

const countBuilds = (workspaces: readonly WorkspaceFacts[]) => {
  const found = {
    running: [] as WorkspaceFacts[],
    stopped: [] as WorkspaceFacts[],
    waiting: 0,
    start: 0,
    stop: 0,
    delete: 0,
  };
  for (const workspace of workspaces) {
    const { transition, progress } = workspace.build;
    if (workspace.claimed) continue;
    if (progress.status === 'succeeded' && transition === 'start') found.running.push(workspace);
    else if (progress.status === 'succeeded' && transition === 'stop') found.stopped.push(workspace);
    else if (progress.status === 'pending' && transition === 'start') found.waiting += 1;
    else if (progress.status === 'pending' || progress.status === 'running') found[transition] += 1;
  }
  return found;
};

const standingOf = (preset: PresetFacts, template: TemplateFacts | undefined, version: string): Standing => {
  const because = inactiveReason(preset, template, version);
  if (because === undefined) return { status: 'active' };
  const told = because === 'template-deprecated' && template?.deprecated;
  return { status: 'inactive', because, ...(told ? { told } : {}) };
};

const inactiveReason = (
  preset: PresetFacts,
  template: TemplateFacts | undefined,
  version: string,
): InactiveReason | undefined => {
  if (preset.deleted) return 'preset-deleted';
  if (template === undefined || template.deleted) return 'template-deleted';
  if (template.deprecated !== false) return 'template-deprecated';
  if (version === template.activeVersion) return undefined;
  return version === template.previousVersion ? 'version-replaced' : 'version-not-active';
};

/** What was built for a claim may have other parameters, and is its owner's trouble. */
const endedBuild = ({ id, builtAt, claimed, build }: WorkspaceFacts): EndedBuild | undefined => {
  const { transition, progress } = build;
  if (builtAt !== undefined) return { endedAt: builtAt, outcome: 'succeeded' };
  if (claimed || transition !== 'start' || !('endedAt' in progress)) return undefined;
  const { endedAt, status } = progress;
  if (status === 'failed') return { endedAt, outcome: 'failed', workspace: id, message: progress.message };
  return { endedAt, outcome: status };
};

const handedOverBuild = ({ handedOver }: Facts, { id }: PresetFacts, version: string): EndedBuild | undefined => {
  const endedAt = handedOver?.get(poolIdOf(id, version));
  return endedAt === undefined ? undefined : { endedAt, outcome: 'succeeded' };
};

/** Unique among all pools. */
export const poolIdOf = (preset: string, version: string): string => `${preset}@${version}`;

const isKnown = (build: EndedBuild | undefined): build is EndedBuild => build !== undefined;

const retried = ({ retriedAt }: PresetFacts): Pick<FailurePolicy, 'retriedAt'> =>
  retriedAt === undefined ? {} : { retriedAt };

const knownBefore = (
  { failures, lastBuilt }: PresetFacts,
  version: string,
): Pick<FailurePolicy, 'counted' | 'workedAt'> => {
  const [counted, workedAt] = [failures?.get(version), lastBuilt?.get(version)];
  return { ...(counted === undefined ? {} : { counted }), ...(workedAt === undefined ? {} : { workedAt }) };
};

const pausedBy = (
  { paused }: Facts,
  template: TemplateFacts | undefined,
  preset: PresetFacts,
): { readonly pausedBy?: PausedBy } => {
  if (paused) return { pausedBy: 'system' };
  if (template?.paused === true) return { pausedBy: 'template' };
  return preset.paused ? { pausedBy: 'preset' } : {};
};

/** One pass: there may be very many. */
const byPresetAndVersion = (workspaces: readonly WorkspaceFacts[]): Map<string, Map<string, WorkspaceFacts[]>> => {
  const presets = new Map<string, Map<string, WorkspaceFacts[]>>();
  for (const workspace of workspaces) {
    const versions = presets.get(workspace.preset) ?? new Map<string, WorkspaceFacts[]>();
    const group = versions.get(workspace.version);
    if (group === undefined) presets.set(workspace.preset, versions.set(workspace.version, [workspace]));
    else group.push(workspace);
  }
  return presets;
};
