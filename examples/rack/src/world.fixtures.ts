/** A world in memory: a cache, writes into it, and controllers that run until nothing is left to do. */
import { keyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { ObjectCache, uidOf } from '@holdfast/reconcile';
import type {
  Change,
  ObjectState,
  ObjectType,
  ObjectWriter,
  ReconcilerDefinition,
  WriteResult,
} from '@holdfast/reconcile';

import { GROUP, keyOf } from './inventory.js';

export class CrashError extends Error {}

const TOO_MANY_RUNS = 10_000;

export class MemoryWorld {
  readonly cache = new ObjectCache();
  writes = 0;
  /** The write after which the process "dies": it is stored, and nobody hears of it. */
  crashAfter = Number.POSITIVE_INFINITY;
  private version = 1_000;
  private uid = 0;
  private readonly woken = new Map<string, { readonly definition: ReconcilerDefinition; readonly key: ObjectKey }>();

  constructor(private readonly definitions: readonly ReconcilerDefinition[]) {}

  given(type: ObjectType & { readonly kind: string }, name: string, spec: JsonObject): ObjectState {
    const key = keyOf(type, 'default', name);
    return this.store(key, {
      apiVersion: `${GROUP}/v1`,
      kind: type.kind,
      metadata: { name, namespace: 'default' },
      spec,
    });
  }

  store(key: ObjectKey, object: JsonObject): ObjectState {
    const before = this.cache.get(key);
    const known = objectAt(before?.object, 'metadata');
    const metadata = { ...objectAt(object, 'metadata'), uid: known['uid'] ?? `uid-${(this.uid += 1)}`, generation: 1 };
    const state: ObjectState = { key, version: (this.version += 1), object: { ...object, metadata } };
    this.wake(this.cache.put(state));
    return state;
  }

  remove(key: ObjectKey): void {
    this.wake(this.cache.remove(key, (this.version += 1)));
  }

  /** Wakes everything, as a restart does. */
  resync(): void {
    for (const state of this.cache.all()) this.wake({ key: state.key, before: state, after: state });
  }

  /** Runs reconcilers until no key is left; throws CrashError at the write that was asked for. */
  async settle(): Promise<void> {
    for (let runs = 0; this.woken.size > 0; runs++) {
      if (runs > TOO_MANY_RUNS) throw new Error(`never comes to rest: ${[...this.woken.keys()].join(', ')}`);
      const [text, { definition, key }] = [...this.woken][0] as [
        string,
        { definition: ReconcilerDefinition; key: ObjectKey },
      ];
      this.woken.delete(text);
      const outcome = await definition.reconcile({
        key,
        cause: undefined,
        attempt: 0,
        now: new Date('2026-01-01T10:00:00Z'),
        signal: new AbortController().signal,
        read: this.cache,
        write: this.writer,
      });
      if (outcome.kind === 'retry') throw outcome.error;
    }
  }

  count(type: ObjectType): number {
    return this.cache.list(type).length;
  }

  private wake(change: Change | undefined): void {
    if (change === undefined) return;
    for (const definition of this.definitions) {
      for (const watch of definition.watches) {
        if (watch.type !== 'any' && watch.type.resource !== change.key.resource) continue;
        for (const key of watch.wakes(change, this.cache)) {
          this.woken.set(`${definition.name} ${keyText(key)}`, { definition, key });
        }
      }
    }
  }

  private readonly writer: ObjectWriter = {
    create: async (key, _version, object) => {
      if (this.cache.get(key) !== undefined) {
        return { ok: false, refusal: { reason: 'AlreadyExists', message: `${keyText(key)} already exists` } };
      }
      return this.written(this.store(key, object));
    },
    patch: async (key, _version, patch) => {
      const state = this.cache.get(key);
      if (state === undefined) return notFound(key);
      const spec = { ...objectAt(state.object, 'spec'), ...objectAt(patch, 'spec') };
      return this.written(this.store(key, { ...state.object, spec }));
    },
    updateStatus: async (state, _version, status) => this.written(this.store(state.key, { ...state.object, status })),
    delete: async (key) => {
      const state = this.cache.get(key);
      if (state === undefined) return notFound(key);
      this.removeWithDependents(state);
      return this.written(state);
    },
    finalize: async (state) => this.written(state),
  };

  /** What the garbage collector does in the background. */
  private removeWithDependents(state: ObjectState): void {
    const uid = uidOf(state);
    this.remove(state.key);
    for (const dependent of this.cache.ownedBy(uid)) this.removeWithDependents(dependent);
  }

  private written(state: ObjectState): WriteResult {
    this.writes += 1;
    if (this.writes === this.crashAfter) throw new CrashError(`after write ${this.writes}`);
    return { ok: true, state };
  }
}

const notFound = (key: ObjectKey): WriteResult => ({
  ok: false,
  refusal: { reason: 'NotFound', message: `${keyText(key)} not found` },
});
