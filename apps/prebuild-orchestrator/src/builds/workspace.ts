/** A Workspace, as far as its builds are concerned. */
import type { WorkspaceSpec, WorkspaceStatus } from '@holdfast/prebuild';

/** Keeps a Workspace there until a build has cleared away what it stood for. */
export const WORKSPACE_FINALIZER = 'prebuilds.holdfast.dev/workspace';

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
