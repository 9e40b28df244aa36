/** What planning needs to know, out of the objects of one version of the log (rule book: Planning is pure, "snapshot"). */
import { countDemand, parseInstant, poolSettingsOf, seconds, unfitParameters } from '@holdfast/prebuild';
import type {
  Build,
  CountedFailures,
  DemandEvent,
  Facts,
  Instant,
  PresetFacts,
  TemplateFacts,
  WorkspaceBuild,
  WorkspaceFacts,
} from '@holdfast/prebuild';
import type { ObjectState } from '@holdfast/reconcile';

import { builtAtOf, idBeside } from './pool-objects.js';
import type { PoolObjects, StoredPreset, StoredTemplate, StoredVersion, StoredWorkspace } from './pool-objects.js';

/** The claims of a preset, by its id. */
export type DemandOf = (preset: string) => readonly DemandEvent[];

export const factsOf = (objects: PoolObjects, demandOf: DemandOf, now: Instant): Facts => {
  const templates = new Map(objects.templates.map((template) => [template.id, template]));
  const versions = new Map(objects.versions.map((version) => [version.id, version]));
  const ofPresets = objects.workspaces.flatMap((workspace) => workspaceFacts(workspace) ?? []);
  const presets = objects.presets.map((preset) => {
    const template = templates.get(idBeside(preset, preset.spec.template));
    const active = versions.get(idBeside(preset, template?.spec.activeVersion ?? ''));
    return { ...presetFacts(preset, template, demandOf, now), ...unfitOf(preset, active) };
  });
  return {
    paused: objects.paused,
    templates: objects.templates.map(templateFacts),
    presets: [...presets, ...goneFacts(objects)],
    workspaces: ofPresets,
    handedOver: objects.handedOver,
  };
};

const templateFacts = ({ id, deleting, spec, status }: StoredTemplate): TemplateFacts => {
  const previousVersion = previousVersionOf({ spec, status });
  return {
    id,
    activeVersion: spec.activeVersion ?? '',
    ...(previousVersion === undefined ? {} : { previousVersion }),
    deleted: deleting,
    deprecated: spec.deprecated || false,
    paused: spec.paused,
  };
};

/** The status is a step behind: the version that it calls active was replaced when the spec names another. */
export const previousVersionOf = ({ spec, status }: Pick<StoredTemplate, 'spec' | 'status'>): string | undefined =>
  status.activeVersion === undefined || status.activeVersion === spec.activeVersion
    ? status.previousVersion
    : status.activeVersion;

const presetFacts = (
  preset: StoredPreset,
  template: StoredTemplate | undefined,
  demandOf: DemandOf,
  now: Instant,
): PresetFacts => {
  const { prebuilds } = preset.spec;
  const invalidations = [read(prebuilds.invalidatedAt), read(template?.spec.invalidatedAt)];
  const [one, other] = invalidations.map((at) => (at !== undefined && invalidationHolds(at) <= now ? at : undefined));
  const invalidatedAt = latest(one, other);
  const retriedAt = latest(read(prebuilds.retriedAt), specChangedAt(preset, now));
  return {
    id: preset.id,
    template: idBeside(preset, preset.spec.template),
    deleted: preset.deleting,
    paused: prebuilds.paused,
    settings: poolSettingsOf(prebuilds),
    ...(invalidatedAt === undefined ? {} : { invalidatedAt }),
    ...(retriedAt === undefined ? {} : { retriedAt }),
    failures: countedFailures(preset),
    lastBuilt: lastBuilt(preset),
    ...(preset.status.buildSeconds === undefined ? {} : { buildTook: seconds(preset.status.buildSeconds) }),
    ...(prebuilds.demandExpression === undefined ? {} : { demand: countDemand(demandOf(preset.id), now) }),
  };
};

const countedFailures = (preset: StoredPreset): ReadonlyMap<string, CountedFailures> =>
  new Map(
    (preset.status.failures ?? []).map(({ version, count, lastAt, workspace, message }) => [
      version,
      { count, lastAt: read(lastAt) ?? 0n, workspace: idBeside(preset, workspace), message },
    ]),
  );

const lastBuilt = ({ status }: StoredPreset): ReadonlyMap<string, Instant> =>
  new Map((status.lastBuilt ?? []).map(({ version, at }) => [version, read(at) ?? 0n]));

const unfitOf = (preset: StoredPreset, active: StoredVersion | undefined): Pick<PresetFacts, 'unfit'> => {
  if (active === undefined) return {};
  const { name, spec } = active;
  const unfit = unfitParameters(preset.spec.parameters, { version: name, parameters: spec.parameters });
  return unfit.length === 0 ? {} : { unfit };
};

/** Creation times are of whole seconds: what is built in the second of an invalidation would seem to be from before it. */
export const invalidationHolds = (at: Instant): Instant => ((at + SECOND - 1n) / SECOND) * SECOND;

const SECOND = 1_000_000_000n;

/** A change that the status does not speak of yet is one of this moment. */
export const specChangedAt = ({ generation, status }: StoredPreset, now: Instant): Instant | undefined =>
  status.observedGeneration === generation ? read(status.specChangedAt) : now;

/** Presets that left workspaces behind: their pools are emptied like those of one that is being deleted. */
const goneFacts = ({ presets, workspaces }: PoolObjects): readonly PresetFacts[] => {
  const ids = new Set(presets.map(({ id }) => id));
  const gone = new Map<string, PresetFacts>();
  for (const workspace of workspaces) {
    const { preset, template } = workspace.spec;
    if (preset === undefined) continue;
    const id = idBeside(workspace, preset);
    if (ids.has(id)) continue;
    gone.set(id, {
      id,
      template: idBeside(workspace, template),
      deleted: true,
      paused: false,
      settings: { instances: 0 },
    });
  }
  return [...gone.values()];
};

const known = new WeakMap<ObjectState, WorkspaceFacts>();

/** Undefined for what was built for no preset. */
const workspaceFacts = (workspace: StoredWorkspace): WorkspaceFacts | undefined => {
  const { spec } = workspace;
  if (spec.preset === undefined) return undefined;
  const remembered = known.get(workspace.state);
  if (remembered !== undefined) return remembered;
  const builtAt = builtAtOf(workspace);
  const facts: WorkspaceFacts = {
    id: workspace.id,
    preset: idBeside(workspace, spec.preset),
    version: spec.version,
    claimed: false,
    createdAt: workspace.createdAt,
    ready: isReady(workspace),
    ...(builtAt === undefined ? {} : { builtAt }),
    build: buildOf(workspace),
  };
  known.set(workspace.state, facts);
  return facts;
};

export const isReady = ({ deleting, status: { conditions = [] } }: StoredWorkspace): boolean =>
  !deleting && conditions.some(({ type, status }) => type === 'Ready' && status === 'True');

const buildOf = ({ deleting, createdAt, spec, status: { build } }: StoredWorkspace): Build => {
  // Until it is gone, whatever its builds come to.
  if (deleting) return { transition: 'delete', progress: { status: 'running' } };
  if (build === undefined)
    return spec.transition === 'start'
      ? { transition: 'start', progress: { status: 'pending' } }
      : // Nothing is ever built of it.
        { transition: 'stop', progress: { status: 'succeeded', endedAt: createdAt } };
  const transition = build.transition === 'claim' ? 'start' : build.transition;
  return { transition, progress: progressOf(build) };
};

const progressOf = ({ status, queuedAt, endedAt = queuedAt, message }: WorkspaceBuild): Build['progress'] => {
  if (status === 'pending' || status === 'running') return { status };
  const ended = read(endedAt) ?? 0n;
  if (status !== 'failed') return { status, endedAt: ended };
  return { status, endedAt: ended, message: message ?? 'nothing is told about it' };
};

const read = (time: string | undefined): Instant | undefined => (time === undefined ? undefined : parseInstant(time));

const latest = (a: Instant | undefined, b: Instant | undefined): Instant | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
};
