/**
 * The objects of pools as the log tells of them, kept so that a look at the pools costs what the pools cost: of the
 * workspaces that were handed over, which may be very many, it knows only what planning wants to know.
 */
import { POOL_DECISIONS, poolIdOf, PRESETS, TEMPLATE_VERSIONS, TEMPLATES, WORKSPACES } from '@holdfast/prebuild';
import type { Instant, PrebuildKind } from '@holdfast/prebuild';
import type { Change, ObjectReader } from '@holdfast/reconcile';

import { isSystemPaused } from '../switches.js';
import { builtAtOf, idBeside, isPooled, storedOf } from './pool-objects.js';
import type { PoolObjects, Stored, StoredWorkspace } from './pool-objects.js';

type Reader = Pick<ObjectReader, 'get' | 'list'>;

export class PoolBook {
  private readonly pooled = new Map<string, StoredWorkspace>();
  private readonly handedOver = new NewestByPool();
  /** How many workspaces refer to each version. */
  private readonly users = new Map<string, number>();

  /** Begins with what there is; `read` must show every change before it is told here. */
  constructor(private readonly read: Reader) {
    for (const state of read.list(WORKSPACES)) this.replace(undefined, storedOf(WORKSPACES, state));
  }

  /** Takes in a change of any object. */
  follow({ key, before, after }: Change): void {
    if (key.group !== WORKSPACES.group || key.resource !== WORKSPACES.resource) return;
    this.replace(before && storedOf(WORKSPACES, before), after && storedOf(WORKSPACES, after));
  }

  objects(): PoolObjects {
    const all = <Spec extends object, Status extends object>(
      kind: PrebuildKind<Spec, Status>,
    ): readonly Stored<Spec, Status>[] => this.read.list(kind).map((state) => storedOf(kind, state));
    return {
      paused: isSystemPaused(this.read),
      templates: all(TEMPLATES),
      versions: all(TEMPLATE_VERSIONS),
      presets: all(PRESETS),
      workspaces: [...this.pooled.values()],
      handedOver: this.handedOver.times,
      usedVersions: this.users,
      decisions: all(POOL_DECISIONS),
    };
  }

  private replace(before: StoredWorkspace | undefined, after: StoredWorkspace | undefined): void {
    if (after !== undefined) this.refer(after, 1);
    if (before !== undefined) this.refer(before, -1);
    if (after !== undefined && isPooled(after)) this.pooled.set(after.id, after);
    else if (before !== undefined) this.pooled.delete(before.id);
    this.handedOver.replace(before && handedOverOf(before), after && handedOverOf(after));
  }

  private refer(workspace: StoredWorkspace, count: number): void {
    const version = idBeside(workspace, workspace.spec.version);
    const users = (this.users.get(version) ?? 0) + count;
    if (users > 0) this.users.set(version, users);
    else this.users.delete(version);
  }
}

interface HandedOver {
  readonly id: string;
  readonly pool: string;
  readonly builtAt: Instant;
}

/** Undefined for one that nobody has claimed, that was never built, or that was built for no preset. */
const handedOverOf = (workspace: StoredWorkspace): HandedOver | undefined => {
  const { preset, version } = workspace.spec;
  const builtAt = builtAtOf(workspace);
  if (isPooled(workspace) || preset === undefined || builtAt === undefined) return undefined;
  return { id: workspace.id, pool: poolIdOf(idBeside(workspace, preset), version), builtAt };
};

/** Of each pool, when the newest of its instances that were handed over, and are there still, was built. */
class NewestByPool {
  readonly times = new Map<string, Instant>();
  private readonly built = new Map<string, Map<string, Instant>>();

  replace(before: HandedOver | undefined, after: HandedOver | undefined): void {
    // Most changes of what was handed over are about something else.
    if (before?.pool === after?.pool && before?.builtAt === after?.builtAt) return;
    if (before !== undefined) this.remove(before);
    if (after !== undefined) this.add(after);
  }

  private add({ id, pool, builtAt }: HandedOver): void {
    const known = this.built.get(pool) ?? new Map<string, Instant>();
    this.built.set(pool, known.set(id, builtAt));
    const newest = this.times.get(pool);
    if (newest === undefined || builtAt > newest) this.times.set(pool, builtAt);
  }

  private remove({ id, pool, builtAt }: HandedOver): void {
    const known = this.built.get(pool);
    known?.delete(id);
    if (known === undefined || known.size === 0) {
      this.built.delete(pool);
      this.times.delete(pool);
    } else if (builtAt === this.times.get(pool)) {
      this.times.set(pool, newestIn(known.values()));
    }
  }
}

const newestIn = (times: Iterable<Instant>): Instant => {
  let newest = 0n;
  for (const time of times) if (time > newest) newest = time;
  return newest;
};
