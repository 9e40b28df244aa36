/**
 * A world in memory: a cache, writes into it, and real controllers that run until nothing is left to do. With
 * `cascades` the dependents of what goes are gone with it; without, a garbage collector has to be one of the controllers.
 */
import { keyText } from '@holdfast/contracts';
import type { ObjectKey, PropagationPolicy } from '@holdfast/contracts';
import { isJsonObject, jsonEquals, objectAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import {
  ALL_SHARES,
  apiVersionOf,
  Controller,
  finalizersOf,
  isDeleting,
  keyOf,
  ObjectCache,
  ownersOf,
  uidOf,
} from '@holdfast/reconcile';
import type {
  Cause,
  Change,
  Kind,
  ObjectState,
  ObjectType,
  ReconcilerDefinition,
  RunReport,
  RunWriter,
  WriteResult,
} from '@holdfast/reconcile';

/** Longer delays are limits of time, which nothing here reaches. */
const LONGEST_PAUSE_MS = 10_000;
const TOO_MANY_TURNS = 100_000;

export class MemoryWorld {
  readonly cache = new ObjectCache();
  readonly runs: RunReport[] = [];
  writes = 0;
  /** The write after which the process "dies": it is stored, nobody hears of it, and nothing is written any more. */
  crashAfter = Number.POSITIVE_INFINITY;
  private version = 1_000;
  private uid = 0;
  private controllers: readonly Controller[] = [];

  constructor(
    private readonly definitions: readonly ReconcilerDefinition[],
    private readonly options: { readonly cascades: boolean } = { cascades: true },
  ) {
    this.restart();
  }

  given(kind: Kind<object, object>, name: string, spec: object): ObjectState {
    const key = keyOf(kind, 'default', name);
    const metadata = { ...objectAt(this.cache.get(key)?.object, 'metadata'), name, namespace: 'default' };
    return this.store(key, { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec: spec as JsonObject });
  }

  /** Takes the object as it is, but for what the store decides. */
  store(key: ObjectKey, object: JsonObject): ObjectState {
    const known = objectAt(this.cache.get(key)?.object, 'metadata');
    const sent = objectAt(object, 'metadata');
    const uid = known['uid'] ?? sent['uid'] ?? `uid-${(this.uid += 1)}`;
    const generation = Number(known['generation'] ?? 0) + (isDeclaredAnew(this.cache.get(key), object) ? 1 : 0);
    const metadata = { ...sent, uid, generation };
    const state: ObjectState = { key, version: (this.version += 1), object: { ...object, metadata } };
    this.tell(this.cache.put(state), state.version);
    return state;
  }

  /** Gone at once, whatever holds it. */
  remove(key: ObjectKey): void {
    const state = this.cache.get(key);
    this.tell(this.cache.remove(key, (this.version += 1)), this.version);
    if (state !== undefined && this.options.cascades)
      for (const dependent of this.cache.ownedBy(uidOf(state))) this.remove(dependent.key);
  }

  /** As a user's deletion: finalizers hold the object, and the policy leaves word for the garbage collector. */
  delete(key: ObjectKey, policy: PropagationPolicy = 'Background'): void {
    const state = this.cache.get(key);
    if (state === undefined) return;
    const others = finalizersOf(state).filter((name) => !Object.values(POLICY_FINALIZERS).flat().includes(name));
    const finalizers = [...others, ...POLICY_FINALIZERS[policy]];
    if (finalizers.length === 0) return this.remove(key);
    const deletionTimestamp = '2026-01-01T09:00:00Z';
    const metadata = { ...objectAt(state.object, 'metadata'), finalizers, deletionTimestamp };
    this.store(key, { ...state.object, metadata });
  }

  /** New controllers that know nothing but what is stored, as after a crash. */
  restart(): void {
    this.crashAfter = Number.POSITIVE_INFINITY;
    this.controllers = this.definitions.map((definition) => this.controllerOf(definition));
    for (const controller of this.controllers) controller.start();
    this.resync();
  }

  /** Looks at everything again. */
  resync(): void {
    for (const state of this.cache.all()) this.tell({ key: state.key, before: state, after: state }, undefined);
  }

  /** Lets the controllers run until no key is left; tells whether the crash that was asked for came first. */
  async settle(): Promise<'settled' | 'crashed'> {
    for (let turn = 0; turn < TOO_MANY_TURNS; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.writes >= this.crashAfter) return 'crashed';
      if (this.controllers.every(({ queue }) => queue.keys().length === 0)) return 'settled';
    }
    throw new Error('never comes to rest');
  }

  count(type: ObjectType): number {
    return this.cache.list(type).length;
  }

  private tell(change: Change | undefined, version: number | undefined): void {
    if (change === undefined) return;
    const cause: Cause | undefined =
      version === undefined ? undefined : { version, correlationID: `change-${version}` };
    for (const controller of this.controllers) controller.observe(change, cause);
  }

  private controllerOf(definition: ReconcilerDefinition): Controller {
    return new Controller(definition, {
      clock: {
        now: () => performance.now(),
        after: (ms, callback) => {
          if (ms > LONGEST_PAUSE_MS) return () => undefined;
          const immediate = setImmediate(callback);
          return () => clearImmediate(immediate);
        },
      },
      random: () => 0,
      newId: () => `run-${this.runs.length}`,
      newSpan: () => '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      queueObserver: { added: ignore, taken: ignore, finished: ignore, retried: ignore },
      wallClock: () => new Date('2026-01-01T10:00:00Z'),
      read: this.cache,
      shares: ALL_SHARES,
      writerFor: () => this.writer(),
      report: (report) => this.runs.push(report),
      watchFailed: ({ error }) => {
        throw error;
      },
    });
  }

  /** An object whose owner went meanwhile goes, too: that is the garbage collector's part. */
  private create(key: ObjectKey, object: JsonObject): ObjectState {
    const state = this.store(key, object);
    if (this.options.cascades && !ownersOf(object).every(({ uid }) => this.cache.byUid(uid) !== undefined))
      this.remove(key);
    return state;
  }

  private writer(): RunWriter {
    const versions: number[] = [];
    const written = (state: ObjectState): Promise<WriteResult> => {
      this.writes += 1;
      // Who has died hears nothing more.
      if (this.writes >= this.crashAfter) return new Promise(() => undefined);
      versions.push(state.version);
      return Promise.resolve({ ok: true, state });
    };
    const guarded = (write: () => Promise<WriteResult>): Promise<WriteResult> =>
      this.writes >= this.crashAfter ? new Promise(() => undefined) : write();
    return {
      versions,
      settled: () => Promise.resolve(),
      create: (key, _version, object) =>
        guarded(() => (this.cache.get(key) === undefined ? written(this.create(key, object)) : alreadyExists(key))),
      patch: (key, _version, patch) =>
        guarded(() => {
          const state = this.cache.get(key);
          if (state === undefined) return notFound(key);
          const patched = this.store(key, merged(state.object, patch));
          if (isDeleting(patched) && finalizersOf(patched).length === 0) this.remove(key);
          return written(patched);
        }),
      updateStatus: (state, _version, status) =>
        guarded(() => written(this.store(state.key, { ...state.object, status }))),
      delete: (key, _version, _uid, policy) =>
        guarded(() => {
          const state = this.cache.get(key);
          if (state === undefined) return notFound(key);
          this.delete(key, policy);
          return written(state);
        }),
      finalize: (state) => guarded(() => written(state)),
    };
  }
}

const POLICY_FINALIZERS: Readonly<Record<PropagationPolicy, readonly string[]>> = {
  Background: [],
  Foreground: ['foregroundDeletion'],
  Orphan: ['orphan'],
};

const isDeclaredAnew = (known: ObjectState | undefined, object: JsonObject): boolean =>
  known === undefined || !jsonEquals(known.object['spec'], object['spec']);

const ignore = (): void => undefined;

const merged = (object: JsonObject, patch: JsonObject): JsonObject => {
  const members: Record<string, JsonValue | undefined> = { ...object };
  for (const [member, value] of Object.entries(patch)) {
    if (value === null) delete members[member];
    else members[member] = isJsonObject(value) ? merged(objectAt(object, member), value) : value;
  }
  return members;
};

const refused = (reason: 'NotFound' | 'AlreadyExists', message: string): Promise<WriteResult> =>
  Promise.resolve({ ok: false, refusal: { reason, message } });

const notFound = (key: ObjectKey) => refused('NotFound', `${keyText(key)} not found`);
const alreadyExists = (key: ObjectKey) => refused('AlreadyExists', `${keyText(key)} already exists`);
