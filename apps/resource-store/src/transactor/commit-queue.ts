/**
 * Commits that are decided and not yet acknowledged, and the state as it will be once they are.
 *
 *   acknowledged state ◄─ in flight ◄─ full ◄─ … ◄─ collecting
 *
 * Each commit knows the sequence it will have, since nobody else can append between: a foreign append makes ours
 * refused, and then everything here is dropped and decided again. So versions are known when events are decided.
 */
import { keyText, versionAt } from '@holdfast/contracts';
import type { CommandRecord, Commit, ObjectKey } from '@holdfast/contracts';
import { isCrdKey } from '@holdfast/resource';
import type { KindDefinition, ResourceState, StoredObject } from '@holdfast/resource';

import { KindRegistry } from '../state/kind-registry.js';
import type { StoreState } from '../state/store-state.js';
import type { Limits } from './limits.js';
import { PendingCommit } from './pending-commit.js';
import type { CommandIdentity } from './pending-commit.js';
import { weightOf } from './verdict.js';
import type { VerdictEvent } from './verdict.js';

/** What the overlay knows of an object: its pending state, or that it will be gone. */
interface Pending {
  readonly key: ObjectKey;
  readonly version: number;
  readonly stored: StoredObject | undefined;
  readonly bytes: Buffer;
}

export class CommitQueue implements ResourceState {
  private readonly objects = new Map<string, Pending>();
  private readonly kindRegistry: KindRegistry;
  private readonly idempotent = new Map<string, string>();
  private commits: PendingCommit[] = [];

  constructor(
    private readonly acknowledged: StoreState,
    private readonly limits: Limits,
  ) {
    this.kindRegistry = KindRegistry.over(acknowledged.kindRegistry);
  }

  get(key: ObjectKey): StoredObject | undefined {
    const pending = this.objects.get(keyText(key));
    return pending === undefined ? this.acknowledged.get(key) : pending.stored;
  }

  kind(group: string, resource: string): KindDefinition | undefined {
    return this.kindRegistry.get(group, resource);
  }

  kinds(group: string): Iterable<KindDefinition> {
    return this.kindRegistry.ofGroup(group);
  }

  /** An object's newest bytes, without its version in them. */
  bytes(text: string): { readonly version: number; readonly bytes: Buffer } | undefined {
    const pending = this.objects.get(text);
    if (pending === undefined) return this.acknowledged.table.bytes(text);
    return pending.stored === undefined ? undefined : pending;
  }

  /** The sequence that the log will have reached once everything here is acknowledged. */
  get lastSequence(): number {
    return this.commits.at(-1)?.sequence ?? this.acknowledged.sequence;
  }

  get isEmpty(): boolean {
    return this.commits.length === 0;
  }

  /** More may be decided: what waits to be sent is less than the limits of that. */
  get hasRoom(): boolean {
    const { eventsAhead, bytesAhead } = this.limits;
    let events = 0;
    let bytes = 0;
    for (const commit of this.commits) {
      if (commit.sent) continue;
      events += commit.events.length;
      bytes += commit.bytes;
    }
    return events < eventsAhead && bytes < bytesAhead;
  }

  /** Puts a command's events into the commit that collects, whole, and returns it; the events' versions are final. */
  add(
    command: CommandIdentity,
    events: readonly VerdictEvent[],
  ): { readonly commit: PendingCommit; readonly first: number } {
    const bytes = weightOf(events);
    const commit = this.commitFor(events.length, bytes);
    const first = commit.events.length;
    const record: CommandRecord = { ...command, events: events.length };
    for (const event of events) this.place(event, record, commit);
    commit.commands.push(record);
    if (command.idempotency !== undefined) this.idempotent.set(command.idempotency.key, command.id);
    commit.bytes += bytes;
    if (this.goesAlone(events.length, bytes)) commit.closed = true;
    return { commit, first };
  }

  /** The id of the waiting command that came with this Idempotency-Key. */
  commandWithKey(key: string): string | undefined {
    return this.idempotent.get(key);
  }

  /** A commit without events, for the sake of its acknowledgement. */
  addEmpty(): void {
    if (this.isEmpty) this.open();
  }

  /** The commit to send next; it takes nothing more. */
  next(): PendingCommit | undefined {
    const [commit] = this.commits;
    if (commit === undefined) return undefined;
    commit.closed = true;
    commit.sent = true;
    return commit;
  }

  /** The first commit was acknowledged: the acknowledged state takes it in. */
  acknowledge(commit: Commit): void {
    this.acknowledged.apply(commit);
    this.commits.shift();
    for (const { idempotency } of commit.header.commands)
      if (idempotency !== undefined) this.idempotent.delete(idempotency.key);
    for (const { record, version } of commit.events) {
      const text = keyText(record);
      if (this.objects.get(text)?.version === version) this.objects.delete(text);
    }
    if (commit.events.some(({ record }) => isCrdKey(record))) this.layKindsAgain();
  }

  /** Forgets everything that is not acknowledged. */
  drop(): void {
    this.commits = [];
    this.objects.clear();
    this.idempotent.clear();
    this.kindRegistry.clear();
  }

  private commitFor(events: number, bytes: number): PendingCommit {
    const open = this.commits.at(-1);
    const { eventsPerCommit, collectedBytes } = this.limits;
    const fits =
      open !== undefined &&
      !open.closed &&
      !this.goesAlone(events, bytes) &&
      open.events.length + events <= eventsPerCommit &&
      open.bytes + bytes <= collectedBytes;
    return fits ? open : this.open();
  }

  private goesAlone(events: number, bytes: number): boolean {
    return events > this.limits.eventsOfSharing || bytes > this.limits.bytesOfSharing;
  }

  private open(): PendingCommit {
    const last = this.commits.at(-1);
    if (last !== undefined) last.closed = true;
    const commit = new PendingCommit(this.lastSequence + 1, this.acknowledged.position.base);
    this.commits.push(commit);
    return commit;
  }

  private place(event: VerdictEvent, command: CommandRecord, commit: PendingCommit): void {
    const { record, bytes } = event;
    const version = versionAt(commit.sequence, commit.events.length, commit.base);
    commit.events.push({ record, object: bytes, version, command });
    const { group, resource, namespace, name } = record;
    const key: ObjectKey = { group, resource, namespace, name };
    const stored = record.type === 'deleted' ? undefined : lazilyStored(key, version, event);
    this.objects.set(keyText(key), { key, version, stored, bytes });
    if (isCrdKey(key)) this.kindRegistry.set(key.name, stored?.object, version);
  }

  /** Kinds that are acknowledged now are seen through the overlay; those still pending are laid over again. */
  private layKindsAgain(): void {
    this.kindRegistry.clear();
    for (const { key, stored, version } of this.objects.values()) {
      if (isCrdKey(key)) this.kindRegistry.set(key.name, stored?.object, version);
    }
  }
}

/** Objects decided aside come as bytes; most are never asked for. */
const lazilyStored = (key: ObjectKey, version: number, event: VerdictEvent): StoredObject => {
  if (event.object !== undefined) return { key, version, object: event.object };
  let parsed: StoredObject['object'] | undefined;
  return {
    key,
    version,
    get object() {
      parsed ??= JSON.parse(event.bytes.toString('utf8')) as StoredObject['object'];
      return parsed;
    },
  };
};
