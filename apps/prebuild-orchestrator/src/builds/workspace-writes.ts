/** How Workspaces are written while this process leads, whichever of the parts that look after builds does it. */
import { keyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import { TEMPLATE_VERSIONS } from '@holdfast/prebuild';
import type { TemplateVersionSpec, WorkspaceStatus } from '@holdfast/prebuild';
import { keyOf, specOf, uidOf } from '@holdfast/reconcile';
import type { Cause, ObjectState, WriteResult } from '@holdfast/reconcile';

import type { LeaderContext, Piece } from '../leader/orchestrator-part.js';
import { Turns } from '../leader/turns.js';
import type { BuildMetrics } from './build-metrics.js';
import { isUnderWay } from './next-step.js';
import { workspaceOf } from './workspace.js';
import type { Workspace } from './workspace.js';

/** In whose name builds are written and told of. */
export const CONTROLLER = 'workspace-builds';
/** Of the API, that is read and written. */
export const VERSION = 'v1';

export class WorkspaceWrites {
  private readonly turns = new Turns();

  constructor(
    private readonly leader: LeaderContext,
    private readonly metrics: BuildMetrics,
  ) {}

  /** About each Workspace one thing is done at a time. */
  inTurn<T>(key: ObjectKey, work: () => Promise<T>): Promise<T> {
    return this.turns.take(keyText(key), work);
  }

  /** Resolves when nothing is under way any more. */
  settled(): Promise<void> {
    return this.turns.settled();
  }

  pieceFor(key: ObjectKey, cause: Cause | undefined): Piece {
    return this.leader.begin({ controller: CONTROLLER, about: key, ...(cause === undefined ? {} : { cause }) });
  }

  versionOf({ metadata, spec }: Workspace): TemplateVersionSpec | undefined {
    const found = this.leader.read.get(keyOf(TEMPLATE_VERSIONS, metadata.namespace, spec.version));
    return found === undefined ? undefined : specOf(TEMPLATE_VERSIONS, found);
  }

  /** Only if the Workspace is as it was seen; a build that has ended by it is counted. */
  async writeStatus(state: ObjectState, status: WorkspaceStatus, cause: Cause | undefined): Promise<WriteResult> {
    const { write } = this.pieceFor(state.key, cause);
    const result = await write.updateStatus(state, VERSION, status as JsonObject);
    if (result.ok) this.count(workspaceOf(result.state));
    return result;
  }

  async setFinalizers(state: ObjectState, finalizers: readonly string[], cause: Cause | undefined): Promise<void> {
    const metadata = { resourceVersion: String(state.version), uid: uidOf(state), finalizers };
    const result = await this.pieceFor(state.key, cause).write.patch(state.key, VERSION, { metadata });
    if (!result.ok && result.refusal.reason !== 'Conflict' && result.refusal.reason !== 'NotFound')
      throw new Error(result.refusal.message);
  }

  private count(workspace: Workspace): void {
    const { build } = workspace.status;
    if (build !== undefined && !isUnderWay(build)) this.metrics.ended(workspace, build);
  }
}
