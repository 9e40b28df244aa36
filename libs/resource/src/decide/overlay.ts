/** The state as the operations of a transaction see it, and what they did to each object, folded into one event. */
import { keyText } from '@holdfast/contracts';
import type { EventType, ObjectKey } from '@holdfast/contracts';
import { isCrdKey } from '../crd/crd-object.js';
import { kindFromCrd } from '../crd/kind-from-crd.js';
import { kindVersion } from '../kind.js';
import type { KindDefinition } from '../kind.js';
import { changesBetween, eventOf, typeOfChange } from './changes.js';
import type { DecidedEvent, ResourceState, StoredObject } from './decision.js';
import { metadataOf } from './metadata.js';
import type { Scope } from './scope.js';

/** What a transaction does to one object, from its first operation on it to its last; a name can have several. */
export interface Life {
  readonly scope: Scope;
  readonly before: StoredObject | undefined;
  readonly events: readonly DecidedEvent[];
}

/** What remains of a life: one event, nothing new, or nothing at all. */
export type Folded =
  | { readonly kind: 'event'; readonly event: DecidedEvent }
  | { readonly kind: 'unchanged'; readonly current: StoredObject }
  | { readonly kind: 'removed' };

export class Overlay implements ResourceState {
  readonly lives: Life[] = [];
  /** What the newest states of all lives come to. */
  bytes = 0;
  private readonly newest = new Map<string, number>();
  private readonly changedKinds = new Map<string, KindDefinition | undefined>();
  private kindChanges = 0;

  constructor(private readonly state: ResourceState) {}

  get(key: ObjectKey): StoredObject | undefined {
    const life = this.lives[this.indexOf(key) ?? -1];
    if (life === undefined) return this.state.get(key);
    const last = lastOf(life);
    // What a client can know of an object is the version that it had before the transaction.
    return last.record.type === 'deleted'
      ? undefined
      : { key, version: life.before?.version ?? 0, object: last.object };
  }

  kind(group: string, resource: string): KindDefinition | undefined {
    const name = `${resource}.${group}`;
    return this.changedKinds.has(name) ? this.changedKinds.get(name) : this.state.kind(group, resource);
  }

  *kinds(group: string): Iterable<KindDefinition> {
    for (const kind of this.state.kinds(group)) {
      if (!this.changedKinds.has(`${kind.plural}.${group}`)) yield kind;
    }
    for (const kind of this.changedKinds.values()) if (kind?.group === group) yield kind;
  }

  /** Which life an object has now; undefined when no operation changed it. */
  indexOf(key: ObjectKey): number | undefined {
    return this.newest.get(keyText(key));
  }

  /** Takes an event in and tells which life it belongs to. */
  apply(event: DecidedEvent): number {
    const index = this.indexOf(event.key);
    const life = this.lives[index ?? -1];
    if (index === undefined || life === undefined || lastOf(life).record.type === 'deleted') return this.begin(event);
    this.bytes += event.bytes.length - lastOf(life).bytes.length;
    this.lives[index] = { ...life, events: [...life.events, event] };
    this.follow(event);
    return index;
  }

  private begin(event: DecidedEvent): number {
    const { key, record } = event;
    const kind = this.kind(key.group, key.resource);
    const version = kind === undefined ? undefined : kindVersion(kind, record.apiVersion);
    if (kind === undefined || version === undefined) throw new TypeError(`event of an unknown kind: ${keyText(key)}`);
    const scope = { kind, version, key, subject: { ...key, kind: kind.kind } };
    const before = this.indexOf(key) === undefined ? this.state.get(key) : undefined;
    this.newest.set(keyText(key), this.lives.length);
    this.lives.push({ scope, before, events: [event] });
    this.bytes += event.bytes.length;
    this.follow(event);
    return this.lives.length - 1;
  }

  /** A kind changes with its CustomResourceDefinition; its revision here is one that no admission can have. */
  private follow({ key, record, object }: DecidedEvent): void {
    if (!isCrdKey(key)) return;
    this.kindChanges += 1;
    this.changedKinds.set(key.name, record.type === 'deleted' ? undefined : kindFromCrd(object, -this.kindChanges));
  }
}

/** The one event that several of one object come to; `created` and `deleted` come to nothing. */
export const foldLife = (life: Life): Folded => {
  const { scope, before, events } = life;
  const { record, object } = lastOf(life);
  const isGone = record.type === 'deleted';
  if (before === undefined && isGone) return { kind: 'removed' };
  if (events.length === 1) return { kind: 'event', event: lastOf(life) };
  const changed = before === undefined ? [] : changesBetween(before.object, object);
  if (before !== undefined && !isGone && changed.length === 0) return { kind: 'unchanged', current: before };
  return { kind: 'event', event: eventOf(scope, { type: foldedType(life, isGone), before, object, changed }) };
};

const foldedType = ({ scope, before, events }: Life, isGone: boolean): EventType => {
  if (isGone) return 'deleted';
  const { object } = events.at(-1) as DecidedEvent;
  if (before !== undefined) return typeOfChange(scope, before.object, object);
  return metadataOf(object).deletionTimestamp === undefined ? 'created' : 'deletionRequested';
};

const lastOf = ({ events }: Life): DecidedEvent => events.at(-1) as DecidedEvent;
