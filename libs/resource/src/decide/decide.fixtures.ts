/** given(what is stored).when(a write).then(what happens): decisions read as the rules they are. */
import { expect } from '@jest/globals';
import { keyText } from '@holdfast/contracts';
import type { EventType, ObjectKey, Target, Write } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue, RefusalReason } from '@holdfast/kernel';
import { coreKinds } from '../core-kinds/core-kinds.js';
import { isCrdKey } from '../crd/crd-object.js';
import { kindFromCrd } from '../crd/kind-from-crd.js';
import type { KindDefinition, KindVersion } from '../kind.js';
import { decide } from './decide.js';
import type {
  DecidedEvent,
  Decision,
  DecisionContext,
  ResourceState,
  StoredObject,
  TransactionDecision,
} from './decision.js';
import { prepare } from './prepare.js';
import { prepareTransaction } from './prepare-transaction.js';
import { decideTransaction } from './transaction.js';

export const NOW = '2026-05-04T10:00:00Z';
/** The version of every object that is given without one. */
export const GIVEN_VERSION = 1024;

/** Racks have colors; `spec.size` is 1 by default; status is a subresource. */
export const rackKind = (
  changes: Partial<KindVersion> = {},
  kindChanges: Partial<KindDefinition> = {},
): KindDefinition => ({
  group: 'inventory.holdfast.dev',
  plural: 'racks',
  singular: 'rack',
  kind: 'Rack',
  listKind: 'RackList',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: {
        type: 'object',
        properties: {
          spec: {
            type: 'object',
            required: ['color'],
            properties: {
              color: { type: 'string', maxLength: 20 },
              size: { type: 'integer', minimum: 0, default: 1 },
              tags: { type: 'array', items: { type: 'string' } },
            },
          },
          status: { type: 'object', properties: { ready: { type: 'boolean' } } },
        },
      },
      status: true,
      printerColumns: [],
      selectableFields: ['.spec.color'],
      ...changes,
    },
  ],
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  builtIn: false,
  revision: 900,
  ...kindChanges,
});

/** One for all worlds, since its schema is compiled once. */
const racks = rackKind();

/** A rack as it is stored, with changes merged into its metadata and put beside it. */
export const rack = (name: string, { metadata, ...rest }: JsonObject = {}): JsonObject => ({
  apiVersion: 'inventory.holdfast.dev/v1',
  kind: 'Rack',
  metadata: {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    generation: 1,
    creationTimestamp: '2026-05-01T08:00:00Z',
    ...objectAt({ metadata }, 'metadata'),
  },
  spec: { color: 'red', size: 1 },
  ...rest,
});

export const namespace = (name: string, changes: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    uid: `uid-${name}`,
    generation: 1,
    creationTimestamp: '2026-05-01T08:00:00Z',
    labels: { 'kubernetes.io/metadata.name': name },
    ...objectAt(changes, 'metadata'),
  },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
  ...(changes['spec'] === undefined ? {} : { spec: changes['spec'] }),
  ...(changes['status'] === undefined ? {} : { status: changes['status'] }),
});

/** An object without what the server adds: as a client would write it. */
export const written = ({ metadata, status: _status, ...rest }: JsonObject): JsonObject => {
  const {
    name,
    namespace: place,
    labels,
    annotations,
    finalizers,
    ownerReferences,
  } = objectAt({ metadata }, 'metadata');
  const kept = { name, namespace: place, labels, annotations, finalizers, ownerReferences };
  return {
    ...rest,
    metadata: Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
  };
};

/** A write together with its body. */
export interface When {
  readonly write: Write;
  readonly body: JsonValue | Buffer;
}

type Place = Partial<Target>;

const rackTarget = (name: string, place: Place): Target => ({
  group: 'inventory.holdfast.dev',
  version: 'v1',
  resource: 'racks',
  namespace: 'default',
  name,
  ...place,
});

export const namespaceTarget = (name: string): Target => ({
  group: '',
  version: 'v1',
  resource: 'namespaces',
  namespace: '',
  name,
});

export const crdTarget = (name: string): Target => ({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  namespace: '',
  name,
});

export const create = (body: JsonValue | Buffer, place: Place = {}, options: Write['options'] = {}): When => ({
  write: { verb: 'create', target: rackTarget('', place), options },
  body,
});

/** Without a resourceVersion in the body, the one of every given object is put there. */
export const update = (name: string, body: JsonObject, place: Place = {}, more: Partial<Write> = {}): When => ({
  write: { verb: 'update', target: rackTarget(name, place), ...more } as Write,
  body,
});

export const mergePatch = (name: string, body: JsonValue, place: Place = {}, more: object = {}): When => ({
  write: { verb: 'patch', target: rackTarget(name, place), patchType: 'merge', ...more },
  body,
});

export const jsonPatch = (name: string, body: JsonValue, place: Place = {}): When => ({
  write: { verb: 'patch', target: rackTarget(name, place), patchType: 'json' },
  body,
});

export const remove = (name: string, place: Place = {}, more: object = {}): When => ({
  write: { verb: 'delete', target: rackTarget(name, place), ...more },
  body: null,
});

export const rollback = (name: string, past: JsonObject, place: Place = {}): When => ({
  write: { verb: 'rollback', target: rackTarget(name, place), toVersion: 512 },
  body: past,
});

export const at = (version: number, object: JsonObject): JsonObject => ({
  ...object,
  metadata: { ...objectAt(object, 'metadata'), resourceVersion: String(version) },
});

export class World implements ResourceState {
  readonly objects = new Map<string, StoredObject>();
  readonly known = new Map<string, KindDefinition>();

  get(key: ObjectKey): StoredObject | undefined {
    return this.objects.get(keyText(key));
  }

  kind(group: string, resource: string): KindDefinition | undefined {
    return this.known.get(`${resource}.${group}`);
  }

  kinds(group: string): Iterable<KindDefinition> {
    return [...this.known.values()].filter((kind) => kind.group === group);
  }

  learn(kind: KindDefinition): void {
    this.known.set(`${kind.plural}.${kind.group}`, kind);
  }

  /** Takes in what was decided, as the transactor does. */
  apply(event: DecidedEvent, version: number): void {
    const { key, object, record } = event;
    if (record.type === 'deleted') this.objects.delete(keyText(key));
    else this.objects.set(keyText(key), { key, version, object });
    if (!isCrdKey(key)) return;
    const kind = record.type === 'deleted' ? undefined : kindFromCrd(object, version);
    if (kind === undefined) this.known.delete(key.name);
    else this.learn(kind);
  }
}

export const context = (changes: Partial<DecisionContext> = {}): DecisionContext => {
  let uids = 0;
  let suffixes = 0;
  return {
    now: new Date(NOW),
    ids: { uid: () => `new-uid-${++uids}`, suffix: () => `gen0${++suffixes}`.slice(-5) },
    ...changes,
  };
};

/** A world with the core kinds, racks, the namespace `default`, and what is named. */
export const world = (...things: (JsonObject | KindDefinition)[]): World => {
  const made = new World();
  for (const kind of [...coreKinds, racks]) made.learn(kind);
  for (const thing of [namespace('default'), ...things]) {
    if ('plural' in thing) made.learn(thing as KindDefinition);
    else store(made, thing);
  }
  return made;
};

const store = (world: World, thing: JsonObject): void => {
  const { resourceVersion, ...metadata } = objectAt(thing, 'metadata');
  const object = { ...thing, metadata };
  const version = typeof resourceVersion === 'string' ? Number(resourceVersion) : GIVEN_VERSION;
  const apiVersion = stringAt(thing, 'apiVersion') ?? '';
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const kind = [...world.known.values()].find((k) => k.group === group && k.kind === thing['kind']);
  if (kind === undefined) throw new Error(`no kind ${stringAt(thing, 'kind') ?? ''} in group ${group}`);
  const key = {
    group,
    resource: kind.plural,
    namespace: stringAt(metadata, 'namespace') ?? '',
    name: stringAt(metadata, 'name') ?? '',
  };
  world.objects.set(keyText(key), { key, version, object });
  if (!isCrdKey(key)) return;
  const declared = kindFromCrd(object, version);
  if (declared !== undefined) world.learn(declared);
};

const bytes = (body: JsonValue | Buffer): Buffer => (Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)));

/** Prepares and decides one write. */
export const decideOn = (state: World, { write, body }: When, changes: Partial<DecisionContext> = {}): Decision => {
  const kind = state.kind(write.target.group, write.target.resource);
  const preparation = prepare(write, bytes(body), kind);
  if (!preparation.ok) return { kind: 'refused', refusal: preparation.refusal };
  return decide(state, preparation.write, context(changes));
};

export const transactOn = (
  state: World,
  writes: readonly When[],
  changes: Partial<DecisionContext> = {},
): TransactionDecision => {
  const operations = writes.map(({ write, body }) => ({ ...write, body }));
  const preparation = prepareTransaction(Buffer.from(JSON.stringify(operations)), {}, (group, resource) =>
    state.kind(group, resource),
  );
  if (!preparation.ok) return { kind: 'refused', refusal: preparation.refusal };
  return decideTransaction(state, preparation.operations, context(changes));
};

export interface ExpectedEvent {
  readonly type: EventType;
  readonly object: JsonObject;
  readonly changed?: readonly string[];
  readonly previous?: number;
}

const told = ({ record, object }: DecidedEvent): ExpectedEvent => ({
  type: record.type,
  object,
  ...(record.changed.length === 0 ? {} : { changed: record.changed }),
  ...(record.previous === undefined ? {} : { previous: record.previous }),
});

const plain = (decision: Decision | TransactionDecision): unknown =>
  decision.kind === 'accepted' ? decision.events.map(told) : decision;

class Outcome {
  constructor(private readonly decision: Decision | TransactionDecision) {}

  /** Exactly these events happen. */
  then(...expected: readonly ExpectedEvent[]): this {
    const { decision } = this;
    expect(plain(decision)).toEqual(expected);
    return this;
  }

  /** One event happens, and its object has at least these members. */
  thenObject(type: EventType, members: object): this {
    expect(plain(this.decision)).toEqual([
      expect.objectContaining({ type, object: expect.objectContaining(members) as object }),
    ]);
    return this;
  }

  thenNothingChanges(): this {
    expect(this.decision).toMatchObject({ kind: 'unchanged' });
    return this;
  }

  thenWarns(...warnings: readonly string[]): this {
    expect(this.decision).toMatchObject({ warnings });
    return this;
  }

  thenRefused(reason: RefusalReason, message: string | RegExp, ...fields: readonly string[]): this {
    const { decision } = this;
    expect(decision.kind === 'refused' ? decision.refusal : plain(decision)).toMatchObject({ reason });
    const said = decision.kind === 'refused' ? decision.refusal.message : '';
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
    const causes = decision.kind === 'refused' ? (decision.refusal.details?.causes ?? []) : [];
    if (fields.length > 0) expect(causes.map(({ field }) => field)).toEqual(fields);
    return this;
  }
}

export const given = (...things: (JsonObject | KindDefinition)[]) => {
  const state = world(...things);
  return {
    when: (when: When, changes: Partial<DecisionContext> = {}) => new Outcome(decideOn(state, when, changes)),
    whenTogether: (...writes: readonly When[]) => new Outcome(transactOn(state, writes)),
  };
};
