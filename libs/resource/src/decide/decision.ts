/** What decisions are made of and what they answer. A decision is a function of these values alone. */
import type { EventRecord, Fence, ObjectKey } from '@holdfast/contracts';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import type { KindDefinition } from '../kind.js';
import type { RulesByKind } from './kind-rules.js';

/** The newest state of one object. */
export interface StoredObject {
  readonly key: ObjectKey;
  /** Its resourceVersion; the object itself is stored without. */
  readonly version: number;
  readonly object: JsonObject;
}

/** What is known when a write is decided. A kind keeps its revision only while its definition stays the same. */
export interface ResourceState {
  get(key: ObjectKey): StoredObject | undefined;
  kind(group: string, resource: string): KindDefinition | undefined;
  /** Every kind of a group, for names that must not clash. */
  kinds(group: string): Iterable<KindDefinition>;
}

/** Time and chance, on whose authority the write is made, and what the product asks of its own kinds. */
export interface DecisionContext {
  readonly now: Date;
  readonly ids: {
    /** A new UUID. */
    uid(): string;
    /** Five characters of `bcdfghjklmnpqrstvwxz2456789`, for generateName. */
    suffix(): string;
  };
  readonly fence?: Fence;
  readonly rules?: RulesByKind;
}

/** An event that a decision made; it has no version yet. */
export interface DecidedEvent {
  readonly key: ObjectKey;
  readonly record: EventRecord;
  /** The object after the event; for `deleted` its last state. */
  readonly object: JsonObject;
  /** The same object as it will be stored. */
  readonly bytes: Buffer;
}

export type WriteOutcome = 'created' | 'changed' | 'deleted';

export interface Refused {
  readonly kind: 'refused';
  readonly refusal: Refusal;
}

/** The answer to one write: what happens, that nothing happens, or why it must not. */
export type Decision =
  | {
      readonly kind: 'accepted';
      readonly events: readonly DecidedEvent[];
      readonly outcome: WriteOutcome;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'unchanged'; readonly current: StoredObject; readonly warnings: readonly string[] }
  | Refused;

/** What became of an operation's object once the whole transaction was decided. */
export type OperationResult =
  | { readonly kind: 'event'; readonly index: number }
  | { readonly kind: 'unchanged'; readonly current: StoredObject }
  /** The object is gone, or never was. */
  | { readonly kind: 'removed' };

/** The answer to a transaction: all of its events (none when nothing changes), or the one refusal. */
export type TransactionDecision =
  | {
      readonly kind: 'accepted';
      readonly events: readonly DecidedEvent[];
      readonly results: readonly OperationResult[];
      readonly warnings: readonly string[];
    }
  | Refused;
