/**
 * Everything the log says up to one sequence: the newest objects, their kinds, and which commands were accepted.
 * It changes by whole commits only; the same log gives the same state.
 */
import { keyText } from '@holdfast/contracts';
import type { Commit, LogEvent, ObjectKey } from '@holdfast/contracts';
import { isCrdKey } from '@holdfast/resource';
import type { KindDefinition, ResourceState, StoredObject } from '@holdfast/resource';

import { CommandMemory } from './command-memory.js';
import { IdempotencyMemory } from './idempotency-memory.js';
import { KindRegistry } from './kind-registry.js';
import { ResourceTable } from './resource-table.js';

/** Who decides, as the newest commit says; epoch 0 is nobody. */
export interface Leader {
  readonly instance: string;
  readonly epoch: number;
}

/** Where in the log a state stands. */
export interface StatePosition {
  readonly sequence: number;
  readonly leader: Leader;
  readonly base: number;
  /** How many events the log holds up to here. */
  readonly events: number;
}

export class StateGapError extends Error {
  override readonly name = 'StateGapError';

  constructor(
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`the state stands before sequence ${expected} of the log and was given sequence ${actual}`);
  }
}

const NOWHERE: StatePosition = { sequence: 0, leader: { instance: '', epoch: 0 }, base: 0, events: 0 };

export class StoreState implements ResourceState {
  readonly table = new ResourceTable();
  readonly kindRegistry = KindRegistry.withCoreKinds();
  readonly commands = new CommandMemory();
  readonly idempotency = new IdempotencyMemory();
  private at = NOWHERE;
  private tellApplied = (_commit: Commit): void => {};

  get position(): StatePosition {
    return this.at;
  }

  get sequence(): number {
    return this.at.sequence;
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.table.get(key);
  }

  kind(group: string, resource: string): KindDefinition | undefined {
    return this.kindRegistry.get(group, resource);
  }

  kinds(group: string): Iterable<KindDefinition> {
    return this.kindRegistry.ofGroup(group);
  }

  /** Takes in the next commit; one that is in the state already changes nothing. Throws StateGapError when commits are missing between. */
  apply(commit: Commit): void {
    if (commit.sequence <= this.at.sequence) return;
    if (commit.sequence !== this.at.sequence + 1) throw new StateGapError(this.at.sequence + 1, commit.sequence);
    for (const event of commit.events) this.applyEvent(event);
    this.rememberCommands(commit);
    const { instance, epoch, base = 0 } = commit.header;
    this.at = {
      sequence: commit.sequence,
      leader: { instance, epoch },
      base,
      events: this.at.events + commit.events.length,
    };
    this.tellApplied(commit);
  }

  /** Calls back after each commit that was taken in. */
  onApplied(tell: (commit: Commit) => void): void {
    this.tellApplied = tell;
  }

  /** Takes up a position whose objects and memories were put in from a snapshot. */
  resumeAt(position: StatePosition): void {
    this.at = position;
  }

  /** Puts one object in, as an event or a snapshot has it. */
  put(text: string, key: ObjectKey, version: number, object: Buffer): void {
    this.table.put(text, version, object);
    if (isCrdKey(key)) this.kindRegistry.set(key.name, this.get(key)?.object, version);
  }

  private applyEvent({ record, object, version }: LogEvent): void {
    const text = keyText(record);
    if (record.type !== 'deleted') {
      this.put(text, record, version, object);
      return;
    }
    this.table.delete(text, version);
    if (isCrdKey(record)) this.kindRegistry.set(record.name, this.get(record)?.object, version);
  }

  private rememberCommands({ header, events }: Commit): void {
    const time = Date.parse(header.time);
    let index = 0;
    for (const { id, events: count, idempotency } of header.commands) {
      const version = events[index]?.version;
      index += count;
      if (version === undefined) continue;
      this.commands.remember(id, version, time);
      if (idempotency !== undefined)
        this.idempotency.remember(idempotency.key, { body: idempotency.body, version, at: time });
    }
  }
}
