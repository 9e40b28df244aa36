/** The workspaces that claims can have, by preset: kept as objects change, so that a claim need not look at all of them. */
import { objectAt, stringAt } from '@holdfast/kernel';
import { poolWorkspaceOf, WORKSPACES } from '@holdfast/prebuild';
import type { PoolWorkspace } from '@holdfast/prebuild';
import { specOf, statusOf } from '@holdfast/reconcile';
import type { Change, ObjectReader, ObjectState } from '@holdfast/reconcile';

/** A preset's name is unique in its namespace alone. */
export const poolName = (namespace: string, preset: string): string => `${namespace}/${preset}`;

export class PoolIndex {
  private readonly pools = new Map<string, Map<string, PoolWorkspace>>();

  /** Begins anew with what there is. */
  reset(read: Pick<ObjectReader, 'list'>): void {
    this.pools.clear();
    for (const state of read.list(WORKSPACES)) this.put(state);
  }

  /** Takes in the change of a workspace; tells whose pool it is about. */
  follow({ before, after }: Change): string | undefined {
    const was = before && poolOf(before);
    const is = after && poolOf(after);
    if (before !== undefined && was !== undefined) this.pools.get(was)?.delete(before.key.name);
    if (after !== undefined) this.put(after);
    return is ?? was;
  }

  workspaces(namespace: string, preset: string): Iterable<PoolWorkspace> {
    return this.pools.get(poolName(namespace, preset))?.values() ?? [];
  }

  private put(state: ObjectState): void {
    const workspace = readWorkspace(state);
    if (workspace === undefined) return;
    const name = poolName(state.key.namespace, workspace.preset);
    const pool = this.pools.get(name) ?? new Map<string, PoolWorkspace>();
    this.pools.set(name, pool.set(workspace.id, workspace));
  }
}

const poolOf = (state: ObjectState): string | undefined => {
  const { preset } = specOf(WORKSPACES, state);
  return preset === undefined ? undefined : poolName(state.key.namespace, preset);
};

const readWorkspace = (state: ObjectState): PoolWorkspace | undefined => {
  const metadata = objectAt(state.object, 'metadata');
  const deletionTimestamp = stringAt(metadata, 'deletionTimestamp');
  return poolWorkspaceOf({
    metadata: {
      name: state.key.name,
      creationTimestamp: stringAt(metadata, 'creationTimestamp') ?? '',
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: specOf(WORKSPACES, state),
    status: statusOf(WORKSPACES, state),
  });
};
