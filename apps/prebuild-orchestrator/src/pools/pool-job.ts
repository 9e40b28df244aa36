/** From the plan of a pool to writes: what is decided names workspaces, and says how the new ones look. */
import { createHash } from 'node:crypto';

import { POOL_OWNER, PRESETS } from '@holdfast/prebuild';
import { keyOf } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';

import type { Job, NewStatus, NewWorkspace, PoolJob } from './jobs.js';
import type { PassInput, PlannedPool } from './plan-pass.js';
import { decisionName, decisionSpec, nameIn } from './pool-decision.js';
import type { Decider } from './pool-decision.js';
import type { PoolObjects, StoredPreset, StoredWorkspace } from './pool-objects.js';

/** What is to be done about one pool; undefined when that is nothing, and nothing new was decided. */
export const poolJob = (
  pool: PlannedPool,
  status: NewStatus | undefined,
  input: PassInput,
): (Job & PoolJob) | undefined => {
  const { plan, namespace, presetName, version, preset, snapshot } = pool;
  const states = (ids: readonly string[]): readonly ObjectState[] =>
    ids.flatMap((id) => workspacesById(input.objects).get(id)?.state ?? []);
  const deletes = plan.actions.flatMap((action) => (action.kind === 'delete' ? states(action.ids) : []));
  const isCancelled = plan.actions.some(({ kind }) => kind === 'cancel-pending');
  const cancels = isCancelled ? pendingOf(pool, input.objects).map(({ state }) => state) : [];
  const creates = plan.actions.flatMap((action) =>
    action.kind === 'create' && preset !== undefined ? newWorkspaces(preset, version, action.count, input) : [],
  );
  const name = decisionName(presetName, version);
  const recorded = input.objects.decision(`${namespace}/${name}`);
  const spec = decisionSpec({ preset: presetName, version, plan }, recorded, input);
  if (spec === undefined && deletes.length + cancels.length + creates.length === 0) return undefined;
  return {
    key: `pool ${snapshot.pool}`,
    about: keyOf(PRESETS, namespace, presetName),
    kind: 'pool',
    preset: preset?.state,
    namespace,
    presetName,
    template: nameIn(snapshot.template),
    version,
    decision: spec === undefined ? undefined : { recorded: recorded?.state, name, spec },
    status,
    cancels,
    deletes,
    creates,
  };
};

const byId = new WeakMap<PoolObjects, ReadonlyMap<string, StoredWorkspace>>();

/** Made once for all pools of a pass. */
const workspacesById = (objects: PoolObjects): ReadonlyMap<string, StoredWorkspace> => {
  const found = byId.get(objects) ?? new Map(objects.workspaces.map((workspace) => [workspace.id, workspace]));
  byId.set(objects, found);
  return found;
};

const pendingOf = (pool: PlannedPool, { workspaces }: PoolObjects): readonly StoredWorkspace[] =>
  workspaces.filter(
    (workspace) =>
      workspace.namespace === pool.namespace &&
      workspace.spec.preset === pool.presetName &&
      workspace.spec.version === pool.version &&
      !workspace.deleting &&
      workspace.spec.transition === 'start' &&
      (workspace.status.build === undefined ||
        (workspace.status.build.transition === 'start' && workspace.status.build.status === 'pending')),
  );

/** Named after what was decided, so that the same decision carried out twice makes the same workspaces. */
const newWorkspaces = (
  preset: StoredPreset,
  version: string,
  count: number,
  { epoch, snapshotVersion }: Decider,
): readonly NewWorkspace[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `${preset.name}-${suffixOf(`${preset.id} ${version} ${epoch} ${snapshotVersion} ${i}`)}`,
    spec: {
      template: preset.spec.template,
      version,
      preset: preset.name,
      parameters: preset.spec.parameters,
      owner: POOL_OWNER,
      transition: 'start',
    },
  }));

/** Without vowels, as generated names are. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 8;

const suffixOf = (text: string): string =>
  [...createHash('sha256').update(text).digest().subarray(0, SUFFIX_LENGTH)]
    .map((byte) => LETTERS[byte % LETTERS.length])
    .join('');
