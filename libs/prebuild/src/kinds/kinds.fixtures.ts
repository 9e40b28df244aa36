/** Objects of the kinds of pools, and a store that knows the kinds: pure, decided as the transactor does. */
import { coreKinds, decide, kindFromCrd, prepare } from '@holdfast/resource';
import type { Decision, KindDefinition, ResourceState, RulesByKind, StoredObject } from '@holdfast/resource';
import { keyText } from '@holdfast/contracts';
import type { ObjectKey, Write } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';

import type { PrebuildKind } from './define-kind.js';
import { PREBUILD_KINDS } from './kinds.js';

const GIVEN_VERSION = 1_024;
const NOW = '2026-05-04T10:00:00Z';

/** An object as a client writes it. */
export const objectOf = (kind: PrebuildKind<object, object>, name: string, spec: object): JsonObject => ({
  apiVersion: `${kind.group}/${kind.version}`,
  kind: kind.kind,
  metadata: { name, namespace: 'default' },
  spec: asJson(spec),
});

const asJson = (value: object): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

export class PrebuildWorld implements ResourceState {
  private readonly objects = new Map<string, StoredObject>();
  private readonly known: KindDefinition[] = [...coreKinds];

  constructor(private readonly rules: RulesByKind = new Map()) {}

  get(key: ObjectKey): StoredObject | undefined {
    return this.objects.get(keyText(key));
  }

  kind(group: string, resource: string): KindDefinition | undefined {
    return this.known.find((kind) => kind.group === group && kind.plural === resource);
  }

  kinds(group: string): readonly KindDefinition[] {
    return this.known.filter((kind) => kind.group === group);
  }

  /** Takes in what a decision made; throws for one that refused. */
  apply(decision: Decision): JsonObject {
    if (decision.kind !== 'accepted') throw new Error(JSON.stringify(decision));
    for (const { key, object, record } of decision.events) {
      if (record.type === 'deleted') this.objects.delete(keyText(key));
      else this.objects.set(keyText(key), { key, version: GIVEN_VERSION, object });
      const kind = kindFromCrd(object, GIVEN_VERSION);
      if (kind !== undefined) this.known.push(kind);
    }
    return decision.events[0]?.object ?? {};
  }

  create(object: JsonObject): Decision {
    return this.decide({ verb: 'create', target: { ...this.targetOf(object), name: '' }, options: STRICT }, object);
  }

  /** A merge patch of an object that is there. */
  patch(object: JsonObject, body: JsonObject, subresource?: 'status'): Decision {
    const target = { ...this.targetOf(object), ...(subresource && { subresource }) };
    return this.decide({ verb: 'patch', patchType: 'merge', target, options: STRICT }, body);
  }

  remove(object: JsonObject): Decision {
    return this.decide({ verb: 'delete', target: this.targetOf(object) }, {});
  }

  private decide(write: Write, body: JsonObject): Decision {
    const { group, resource } = write.target;
    const preparation = prepare(write, Buffer.from(JSON.stringify(body)), this.kind(group, resource));
    if (!preparation.ok) return { kind: 'refused', refusal: preparation.refusal };
    let ids = 0;
    const uid = (): string => `uid-${++ids}`;
    return decide(this, preparation.write, {
      now: new Date(NOW),
      ids: { uid, suffix: () => 'bcdfg' },
      rules: this.rules,
    });
  }

  private targetOf(object: JsonObject): Write['target'] {
    const [group = '', version = ''] = (stringAt(object, 'apiVersion') ?? '').split('/');
    const metadata = objectAt(object, 'metadata');
    return {
      ...(version === '' ? { group: '', version: group } : { group, version }),
      resource: this.known.find((kind) => kind.kind === object['kind'])?.plural ?? '',
      namespace: stringAt(metadata, 'namespace') ?? '',
      name: stringAt(metadata, 'name') ?? '',
    };
  }
}

const STRICT = { fieldValidation: 'Strict' } as const;

/** A store with the namespace `default` and the kinds of pools, under these rules. */
export const prebuildWorld = (rules?: RulesByKind): PrebuildWorld => {
  const world = new PrebuildWorld(rules);
  world.apply(world.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }));
  for (const definition of PREBUILD_KINDS) world.apply(world.create(definition));
  return world;
};
