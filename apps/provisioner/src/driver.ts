/** Who really builds: one driver for each provisioner that this process is. */
import type { BuildReport, Work } from '@holdfast/provision';

import type { WorkspaceRecord } from './workspace-folders.js';

export type Endpoints = NonNullable<BuildReport['endpoints']>;

export type Outcome =
  | { readonly status: 'succeeded'; readonly endpoints: Endpoints }
  | { readonly status: 'failed'; readonly reason: string; readonly message: string }
  | { readonly status: 'cancelled'; readonly message: string };

/** Where a build prints to. */
export interface BuildOutput {
  /** Resolves when more can be taken. */
  write(stream: 'stdout' | 'stderr', data: Uint8Array): Promise<void>;
  /** What the provisioner itself has to say, without a newline. */
  note(text: string): void;
}

export interface BuildContext {
  readonly output: BuildOutput;
  /** Aborted when nobody wants the build any more, or the provisioner stops. */
  readonly signal: AbortSignal;
}

export interface Driver {
  /** Clears away after what was begun before, then builds; resolves when nothing of it is under way any more. */
  build(work: Work, context: BuildContext): Promise<Outcome>;
  /** Ends what a build left running that was interrupted, and that will begin anew. */
  clearAttempt(work: Work): Promise<void>;
  /** Leaves nothing of a workspace that nobody knows any more. */
  discard(work: Work): Promise<void>;
  /** Ends what runs of it, because the provisioner stops. */
  suspend(work: Work): Promise<void>;
  /** Whether what its builds had started still runs. */
  isRunning(record: WorkspaceRecord): Promise<boolean>;
  /** Starts what is built once more. */
  bringBack(work: Work, context: BuildContext): Promise<Outcome>;
}

/** Thrown by the parts of a build; becomes its outcome. */
export class BuildError extends Error {
  override readonly name = 'BuildError';

  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}
