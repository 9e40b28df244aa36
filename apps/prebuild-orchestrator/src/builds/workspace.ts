/** A Workspace, as far as its builds are concerned. */
import type { WorkspaceSpec, WorkspaceStatus } from '@holdfast/prebuild';
import type { ObjectState } from '@holdfast/reconcile';

export interface Workspace {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
  readonly spec: WorkspaceSpec;
  readonly status: WorkspaceStatus;
}

/** The schema vouches for the type. */
export const workspaceOf = ({ object }: ObjectState): Workspace => ({ status: {}, ...object }) as Workspace;
