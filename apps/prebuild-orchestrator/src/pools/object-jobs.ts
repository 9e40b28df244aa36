/** What presets, templates and their versions say of their pools, and what keeps them there. */
import { formatInstant, poolIdOf, shortened } from '@holdfast/prebuild';
import type { CountedFailuresStatus } from '@holdfast/prebuild';
import { finalizersOf } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';

import { countBy, groupsBy } from './group-by.js';
import type { Job, NewStatus, Told } from './jobs.js';
import type { PassInput, PlannedPool } from './plan-pass.js';
import { nameIn } from './pool-decision.js';
import { idBeside } from './pool-objects.js';
import type { AllPoolObjects, StoredPreset } from './pool-objects.js';
import { presetObservations, presetStatus } from './preset-status.js';
import type { LastBuilt, PresetView } from './preset-status.js';
import { templateStatus } from './template-status.js';

/** Keeps a template until its pools are empty. */
const DRAIN_FINALIZER = 'prebuilds.holdfast.dev/drain';
/** Keeps a version until no workspace refers to it. */
const IN_USE_FINALIZER = 'prebuilds.holdfast.dev/in-use';

/** What a preset has to say beside what it says. */
export interface PresetNews {
  readonly preset: StoredPreset;
  /** The id of the pool that it speaks of; missing when no version is active. */
  readonly pool: string | undefined;
  readonly status: NewStatus;
}

/** Of each preset that has another status to show. */
export const presetNews = (
  pools: readonly PlannedPool[],
  failed: ReadonlyMap<string, number>,
  { objects, idleSeconds, now }: PassInput,
): readonly PresetNews[] => {
  const templates = new Map(objects.templates.map((template) => [template.id, template]));
  const poolsOf = new Map(groupsBy(pools, ({ snapshot }) => snapshot.preset));
  const poolOf = new Map(pools.map((pool) => [pool.snapshot.pool, pool]));
  return objects.presets.flatMap((preset): readonly PresetNews[] => {
    const active = templates.get(idBeside(preset, preset.spec.template))?.spec.activeVersion;
    const pool = active === undefined ? undefined : poolOf.get(poolIdOf(preset.id, active));
    const view: PresetView = {
      preset,
      plan: pool?.plan,
      unfit: pool?.snapshot.unfit ?? [],
      failed: failed.get(preset.id) ?? 0,
      failures: (poolsOf.get(preset.id) ?? []).flatMap(countedFailures),
      lastBuilt: (poolsOf.get(preset.id) ?? []).flatMap(lastBuilt),
      buildTook: pool?.snapshot.buildTook,
      idleSeconds: idleSeconds(preset.id),
    };
    const status = presetStatus(view, now);
    if (status === undefined) return [];
    return [{ preset, pool: pool?.snapshot.pool, status: { state: preset.state, status, told: news(view) } }];
  });
};

/** What the next leader knows of builds that worked, when what was built is there no more. */
const lastBuilt = ({ version, snapshot: { workedAt } }: PlannedPool): readonly LastBuilt[] =>
  workedAt === undefined ? [] : [{ version, at: formatInstant(workedAt) }];

/** What the next leader counts on from, when the workspaces that failed are there no more. */
const countedFailures = ({ version, snapshot: { failures } }: PlannedPool): readonly CountedFailuresStatus[] => {
  if (failures?.last === undefined) return [];
  const { count, lastAt, last } = failures;
  const [workspace, message] = [nameIn(last.workspace), shortened(last.message)];
  return [{ version, count, lastAt: formatInstant(lastAt), workspace, message }];
};

export const presetJob = ({ preset, status }: PresetNews): Job => ({
  key: `preset ${preset.id}`,
  about: preset.state.key,
  kind: 'status',
  ...status,
});

const WARNINGS = new Set(['HardLimited', 'BackingOff', 'ExpireBeforeReady']);
const NEEDED = new Set(['ParametersValid', 'Scheduling', 'DemandExpression']);
/** How the event is called where the name of the condition would say the contrary. */
const CONTRARY: Readonly<Record<string, string>> = { ParametersValid: 'ParametersNotAccepted' };

/** What turned out to be wrong since the status was written. */
const news = (view: PresetView): readonly Told[] => {
  const before = new Map((view.preset.status.conditions ?? []).map(({ type, status }) => [type, status]));
  return presetObservations(view)
    .filter(({ type, status }) => before.get(type) !== status)
    .filter(({ type, status }) => (WARNINGS.has(type) && status === 'True') || (NEEDED.has(type) && status === 'False'))
    .map(({ type, message }) => ({ type: 'Warning', reason: CONTRARY[type] ?? type, message }));
};

/** The status of each template; one that is being deleted goes when its pools are empty. */
export const templateJobs = ({ objects, now }: PassInput): readonly Job[] => {
  const left = countBy(objects.workspaces, (workspace) => idBeside(workspace, workspace.spec.template));
  return objects.templates.flatMap((template): readonly Job[] => {
    const count = left.get(template.id) ?? 0;
    const status = templateStatus(template, count, now);
    const finalizers = finalizersAfter(
      template.state,
      DRAIN_FINALIZER,
      !template.deleting || count > 0,
      template.deleting,
    );
    return [
      ...(status === undefined
        ? []
        : [
            {
              key: `template ${template.id}`,
              about: template.state.key,
              kind: 'status' as const,
              state: template.state,
              status,
              told: [],
            },
          ]),
      ...(finalizers === undefined
        ? []
        : [
            {
              key: `template ${template.id} finalizers`,
              about: template.state.key,
              kind: 'finalizers' as const,
              state: template.state,
              finalizers,
            },
          ]),
    ];
  });
};

/** A version goes when no workspace refers to it: deleting one runs its scripts. */
export const versionJobs = ({
  objects: { versions, usedVersions },
}: {
  readonly objects: AllPoolObjects;
}): readonly Job[] =>
  versions.flatMap(({ id, state, deleting }): readonly Job[] => {
    const finalizers = finalizersAfter(state, IN_USE_FINALIZER, !deleting || usedVersions.has(id), deleting);
    return finalizers === undefined
      ? []
      : [{ key: `version ${id}`, about: state.key, kind: 'finalizers', state, finalizers }];
  });

/** Undefined when nothing changes; what is being deleted takes no new finalizer. */
const finalizersAfter = (
  state: ObjectState,
  finalizer: string,
  isNeeded: boolean,
  deleting: boolean,
): readonly string[] | undefined => {
  const present = finalizersOf(state);
  const isThere = present.includes(finalizer);
  if (isNeeded === isThere || (isNeeded && deleting)) return undefined;
  return isNeeded ? [...present, finalizer] : present.filter((one) => one !== finalizer);
};
