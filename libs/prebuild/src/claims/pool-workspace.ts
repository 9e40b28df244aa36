/** A workspace of a pool, as claims see it: nobody has claimed it, and nobody wants it to go. */
import { parseInstant } from '../instant.js';
import type { Instant } from '../instant.js';
import { POOL_OWNER } from '../kinds/objects.js';
import type { Parameters, WorkspaceSpec, WorkspaceStatus } from '../kinds/objects.js';

export interface PoolWorkspace {
  /** Its name, unique in its namespace. */
  readonly id: string;
  readonly preset: string;
  readonly version: string;
  readonly parameters: Parameters;
  readonly createdAt: Instant;
  /** `starting` will be ready if all goes well. */
  readonly progress: 'ready' | 'starting';
}

export interface WorkspaceObject {
  readonly metadata: {
    readonly name: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: WorkspaceSpec;
  readonly status?: WorkspaceStatus;
}

/** Undefined for one that no claim can have: claimed, built for somebody, failed, stopped, or on its way out. */
export const poolWorkspaceOf = ({ metadata, spec, status }: WorkspaceObject): PoolWorkspace | undefined => {
  const { preset, version, parameters, owner, claimRef, transition } = spec;
  const isTaken = owner !== POOL_OWNER || claimRef !== undefined;
  if (preset === undefined || isTaken || transition === 'stop' || metadata.deletionTimestamp !== undefined)
    return undefined;
  const progress = progressOf(status);
  const createdAt = parseInstant(metadata.creationTimestamp);
  if (progress === undefined || createdAt === undefined) return undefined;
  return { id: metadata.name, preset, version, parameters, createdAt, progress };
};

/** Before its first build there is no status; what is built and not ready yet, or not any more, is neither. */
const progressOf = (status: WorkspaceStatus = {}): PoolWorkspace['progress'] | undefined => {
  const { build, conditions = [] } = status;
  if (build === undefined) return 'starting';
  if (build.transition !== 'start') return undefined;
  if (build.status === 'pending' || build.status === 'running') return 'starting';
  const isReady = conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
  return build.status === 'succeeded' && isReady ? 'ready' : undefined;
};
