/**
 * The objects of pools as the log tells of them, kept so that a look at the pools costs what the pools cost: of the
 * workspaces that were handed over, which may be very many, it knows only what planning wants to know.
 */
import { POOL_DECISIONS, poolIdOf, PRESETS, TEMPLATE_VERSIONS, TEMPLATES, WORKSPACES } from '@holdfast/prebuild';
import type { Instant, PrebuildKind } from '@holdfast/prebuild';
import { keyOf } from '@holdfast/reconcile';
import type { Change, ObjectReader } from '@holdfast/reconcile';

import { isSystemPaused } from '../switches.js';
import { builtAtOf, idBeside, isPooled, storedOf } from './pool-objects.js';
import type { AllPoolObjects, PoolObjects, Stored, StoredWorkspace } from './pool-objects.js';

type Reader = Pick<ObjectReader, 'get' | 'list'>;

export class PoolBook {
  /** By the id of their preset, then by their own. */
  private readonly pooled = new Map<string, Map<string, StoredWorkspace>>();
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

  /** Everything. */
  all(): AllPoolObjects {
    return {
      ...this.common(),
      templates: this.list(TEMPLATES),
      versions: this.list(TEMPLATE_VERSIONS),
      presets: this.list(PRESETS),
      workspaces: [...this.pooled.values()].flatMap((workspaces) => [...workspaces.values()]),
      usedVersions: this.users,
      decisions: this.list(POOL_DECISIONS),
    };
  }

  /** What the pools of these presets rest on, by the ids of the presets. */
  of(ids: ReadonlySet<string>): PoolObjects {
    const presets = [...ids].flatMap((id) => this.find(PRESETS, id) ?? []);
    const workspaces = [...ids].flatMap((id) => [...(this.pooled.get(id)?.values() ?? [])]);
    const named = new Set([...presets, ...workspaces].map((object) => idBeside(object, object.spec.template)));
    const templates = [...named].flatMap((id) => this.find(TEMPLATES, id) ?? []);
    const versions = templates.flatMap(
      (template) => this.find(TEMPLATE_VERSIONS, idBeside(template, template.spec.activeVersion ?? '')) ?? [],
    );
    return { ...this.common(), templates, versions, presets, workspaces };
  }

  private common(): Pick<PoolObjects, 'paused' | 'handedOver' | 'decision'> {
    return {
      paused: isSystemPaused(this.read),
      handedOver: this.handedOver.times,
      decision: (id) => this.find(POOL_DECISIONS, id),
    };
  }

  private list<Spec extends object, Status extends object>(
    kind: PrebuildKind<Spec, Status>,
  ): readonly Stored<Spec, Status>[] {
    return this.read.list(kind).map((state) => storedOf(kind, state));
  }

  private find<Spec extends object, Status extends object>(
    kind: PrebuildKind<Spec, Status>,
    id: string,
  ): Stored<Spec, Status> | undefined {
    const [namespace = '', name = ''] = id.split('/');
    const state = this.read.get(keyOf(kind, namespace, name));
    return state && storedOf(kind, state);
  }

  private replace(before: StoredWorkspace | undefined, after: StoredWorkspace | undefined): void {
    if (after !== undefined) this.refer(after, 1);
    if (before !== undefined) this.refer(before, -1);
    if (before !== undefined) this.unpool(before);
    if (after !== undefined && isPooled(after)) this.pool(after);
    this.handedOver.replace(before && handedOverOf(before), after && handedOverOf(after));
  }

  private pool(workspace: StoredWorkspace): void {
    const preset = presetOf(workspace);
    const workspaces = this.pooled.get(preset) ?? new Map<string, StoredWorkspace>();
    this.pooled.set(preset, workspaces.set(workspace.id, workspace));
  }

  private unpool(workspace: StoredWorkspace): void {
    const preset = presetOf(workspace);
    const workspaces = this.pooled.get(preset);
    workspaces?.delete(workspace.id);
    if (workspaces?.size === 0) this.pooled.delete(preset);
  }

  private refer(workspace: StoredWorkspace, count: number): void {
    const version = idBeside(workspace, workspace.spec.version);
    const users = (this.users.get(version) ?? 0) + count;
    if (users > 0) this.users.set(version, users);
    else this.users.delete(version);
  }
}

/** The id of its preset; what was built for none is together. */
const presetOf = (workspace: StoredWorkspace): string => idBeside(workspace, workspace.spec.preset ?? '');

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
