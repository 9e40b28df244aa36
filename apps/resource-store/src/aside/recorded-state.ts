/** The newest state as it was told to somebody aside; notes what is read, and says what it was not told. */
import { keyText, parseKeyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import type { KindDefinition, ResourceState, StoredObject } from '@holdfast/resource';

import { revisionsOf } from './facts.js';
import type { Facts, KindName, Needs, Reads } from './facts.js';

/** Something was read that was not told. */
export class MissingFacts extends Error {
  override readonly name = 'MissingFacts';

  constructor(readonly needs: Needs) {
    super('the state has to be asked for more');
  }
}

/** Definitions of kinds by name and revision, told once. */
export type KnownKinds = Map<string, KindDefinition>;

export class RecordedState implements ResourceState {
  private readonly objects = new Map<string, StoredObject | undefined>();
  private readonly kindsByName = new Map<string, KindDefinition | undefined>();
  private readonly groups = new Map<string, readonly KindDefinition[]>();
  private readonly readObjects = new Map<string, number | undefined>();
  private readonly readKinds = new Map<string, readonly [KindName, number | undefined]>();
  private readonly readGroups = new Map<string, string>();

  constructor(private readonly known: KnownKinds) {}

  learn({ objects, kinds, groups }: Facts): void {
    for (const { text, stored } of objects) {
      this.objects.set(text, stored === null ? undefined : parsed(text, stored.version, stored.bytes));
    }
    for (const { group, resource, kind } of kinds) {
      const name = nameOf(group, resource);
      if (kind?.definition !== undefined) this.known.set(name, kind.definition);
      this.kindsByName.set(name, kind === null ? undefined : this.known.get(name));
    }
    for (const { group, kinds: definitions } of groups) this.groups.set(group, definitions);
  }

  get(key: ObjectKey): StoredObject | undefined {
    const text = keyText(key);
    if (!this.objects.has(text)) throw new MissingFacts({ objects: [text], kinds: [], groups: [] });
    const stored = this.objects.get(text);
    this.readObjects.set(text, stored?.version);
    return stored;
  }

  kind(group: string, resource: string): KindDefinition | undefined {
    const name = nameOf(group, resource);
    if (!this.kindsByName.has(name)) throw new MissingFacts({ objects: [], kinds: [{ group, resource }], groups: [] });
    const kind = this.kindsByName.get(name);
    this.readKinds.set(name, [{ group, resource }, kind?.revision]);
    return kind;
  }

  kinds(group: string): Iterable<KindDefinition> {
    const kinds = this.groups.get(group);
    if (kinds === undefined) throw new MissingFacts({ objects: [], kinds: [], groups: [group] });
    this.readGroups.set(group, revisionsOf(kinds));
    return kinds;
  }

  get reads(): Reads {
    return { objects: [...this.readObjects], kinds: [...this.readKinds.values()], groups: [...this.readGroups] };
  }
}

const nameOf = (group: string, resource: string): string => `${resource}.${group}`;

const parsed = (text: string, version: number, bytes: Uint8Array): StoredObject => {
  const object = JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
  ) as JsonObject;
  return { key: parseKeyText(text), version, object };
};
