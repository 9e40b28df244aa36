/** What nobody needs any more: old evidence of failed builds, and decisions about pools that are gone. */
import { millisecondsOf, PRESETS } from '@holdfast/prebuild';
import { keyOf } from '@holdfast/reconcile';

import { countBy, groupsBy } from './group-by.js';
import type { Job } from './jobs.js';
import type { PassInput, PlannedPool } from './plan-pass.js';
import { decisionName, nameIn } from './pool-decision.js';
import { idBeside } from './pool-objects.js';
import type { AllPoolObjects, PoolObjects, StoredWorkspace } from './pool-objects.js';

/** Failed and cancelled builds that have been kept long enough, or whose template waits for them to go. */
export const evidenceJobs = ({ objects, config, now }: PassInput): readonly Job[] => {
  if (objects.paused) return [];
  const going = new Set(objects.templates.filter(({ deleting }) => deleting).map(({ id }) => id));
  const limit = millisecondsOf(now - config.failedRetention);
  const old = objects.workspaces.filter((workspace) => {
    if (!isEvidence(workspace)) return false;
    const endedAt = workspace.status.build?.endedAt ?? workspace.status.build?.queuedAt ?? '';
    return Date.parse(endedAt) < limit || going.has(idBeside(workspace, workspace.spec.template));
  });
  return groupsBy(old, (workspace) => idBeside(workspace, workspace.spec.preset ?? '')).map(([preset, states]) => ({
    key: `evidence ${preset}`,
    about: keyOf(PRESETS, preset.slice(0, preset.indexOf('/')), nameIn(preset)),
    kind: 'removal',
    states: states.slice(0, MOST_REMOVED).map(({ state }) => state),
  }));
};

/** In one job; what is left goes with the next. */
const MOST_REMOVED = 100;

const isEvidence = (workspace: StoredWorkspace): boolean => {
  const status = workspace.status.build?.status;
  return !workspace.deleting && (status === 'failed' || status === 'cancelled');
};

/** How many failed builds each preset keeps. */
export const failedByPreset = ({ workspaces }: PoolObjects): ReadonlyMap<string, number> =>
  countBy(
    workspaces.filter((workspace) => isEvidence(workspace) && workspace.status.build?.status === 'failed'),
    (workspace) => idBeside(workspace, workspace.spec.preset ?? ''),
  );

/** Of pools that are no more the log keeps what was decided. */
export const decisionJobs = (
  pools: readonly PlannedPool[],
  { objects }: { readonly objects: AllPoolObjects },
): readonly Job[] => {
  const present = new Set(
    pools.map(({ namespace, presetName, version }) => `${namespace}/${decisionName(presetName, version)}`),
  );
  return objects.decisions
    .filter(({ id, deleting }) => !present.has(id) && !deleting)
    .map(({ id, state }) => ({ key: `decision ${id}`, about: state.key, kind: 'removal', states: [state] }));
};
