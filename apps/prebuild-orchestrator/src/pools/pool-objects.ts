/** The objects of pools at one version of the log, with their types. */
import { objectAt, stringAt } from '@holdfast/kernel';
import { instantOf, parseInstant, POOL_OWNER } from '@holdfast/prebuild';
import type {
  Instant,
  PoolDecisionSpec,
  PrebuildKind,
  PresetSpec,
  PresetStatus,
  TemplateSpec,
  TemplateStatus,
  TemplateVersionSpec,
  WorkspaceSpec,
  WorkspaceStatus,
} from '@holdfast/prebuild';
import { isDeleting, specOf, statusOf } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';

export interface Stored<Spec, Status> {
  readonly state: ObjectState;
  /** `namespace/name`: what names it among all objects of its kind. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  readonly createdAt: Instant;
  readonly deleting: boolean;
  readonly spec: Spec;
  readonly status: Partial<Status>;
}

export type StoredTemplate = Stored<TemplateSpec, TemplateStatus>;
export type StoredVersion = Stored<TemplateVersionSpec, object>;
export type StoredPreset = Stored<PresetSpec, PresetStatus>;
export type StoredWorkspace = Stored<WorkspaceSpec, WorkspaceStatus>;
export type StoredDecision = Stored<PoolDecisionSpec, object>;

/** All that planning some pools, or all of them, rests on. */
export interface PoolObjects {
  /** Whether the switch of the whole system says so. */
  readonly paused: boolean;
  readonly templates: readonly StoredTemplate[];
  readonly versions: readonly StoredVersion[];
  readonly presets: readonly StoredPreset[];
  /** Those that nobody has claimed, nor had built for himself. */
  readonly workspaces: readonly StoredWorkspace[];
  /** Of each pool, by its id, when the newest of its instances that were handed over was built. */
  readonly handedOver: ReadonlyMap<string, Instant>;
  /** What was decided last about a pool, by the id of the PoolDecision. */
  readonly decision: (id: string) => StoredDecision | undefined;
}

export interface AllPoolObjects extends PoolObjects {
  /** The ids of the versions that any workspace refers to. */
  readonly usedVersions: Pick<ReadonlySet<string>, 'has'>;
  readonly decisions: readonly StoredDecision[];
}

/** The id of an object that another one names. */
export const idBeside = ({ namespace }: Pick<Stored<object, object>, 'namespace'>, name: string): string =>
  `${namespace}/${name}`;

/** Whether nobody has claimed it, and nobody built it for himself. */
export const isPooled = ({ spec: { owner, claimRef } }: Pick<StoredWorkspace, 'spec'>): boolean =>
  owner === POOL_OWNER && claimRef === undefined;

/** When its first build had succeeded. */
export const builtAtOf = ({ status: { builtAt } }: Pick<StoredWorkspace, 'status'>): Instant | undefined =>
  builtAt === undefined ? undefined : parseInstant(builtAt);

/** States do not change, so each is read once, however often it is planned with. */
const known = new WeakMap<ObjectState, object>();

export const storedOf = <Spec extends object, Status extends object>(
  kind: PrebuildKind<Spec, Status>,
  state: ObjectState,
): Stored<Spec, Status> => {
  const found = known.get(state);
  // What was remembered of a state is of its own kind.
  if (found !== undefined) return found as Stored<Spec, Status>;
  const metadata = objectAt(state.object, 'metadata');
  const { namespace, name } = state.key;
  const stored: Stored<Spec, Status> = {
    state,
    id: `${namespace}/${name}`,
    namespace,
    name,
    generation: Number(metadata['generation'] ?? 0),
    createdAt: parseInstant(stringAt(metadata, 'creationTimestamp') ?? '') ?? instantOf(new Date(0)),
    deleting: isDeleting(state),
    spec: specOf(kind, state),
    status: statusOf(kind, state),
  };
  known.set(state, stored);
  return stored;
};
