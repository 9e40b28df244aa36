import type { Fence } from './command.js';

/** What happened to an object. Of several in one write the first of this order is taken (`created` only for a new object). */
export type EventType =
  'deleted' | 'deletionRequested' | 'created' | 'specChanged' | 'statusChanged' | 'metadataChanged';

export const EVENT_TYPE_PREFIX = 'dev.holdfast.resource.';
export const EVENT_SCHEMA_VERSION = 1;

/** What selectors see of an object: its labels, and the selectable fields of its kind. */
export interface SelectorValues {
  readonly labels: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
}

/** One event as it is stored in a commit; the object's bytes follow it. */
export interface EventRecord {
  readonly type: EventType;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly kind: string;
  /** The version of the kind that the write was decided under, `v1`. */
  readonly apiVersion: string;
  /** Paths that differ from the previous state, as JSON pointers, at most 64 (the last is `/…` when there were more). */
  readonly changed: readonly string[];
  /** The resourceVersion of the object's previous state; missing on the first one. */
  readonly previous?: number;
  /** Labels and selectable fields before this event, present only where they differ from those after it. */
  readonly was?: Partial<SelectorValues>;
  /** Values of the kind's selectable fields after this event; missing when the kind has none. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** The command that an event came from; stored once a command, since its events share it. */
export interface CommandRecord {
  readonly id: string;
  /** How many of the commit's events belong to this command; they follow one another. */
  readonly events: number;
  readonly actor: string;
  readonly requestID: string;
  readonly correlationID: string;
  readonly causationID?: string;
  readonly traceparent?: string;
  readonly fieldManager?: string;
  /** The lock and the epoch that the writer held: what a controller's writes were let in by. */
  readonly fence?: Fence;
  /** SHA-256 (hex) of actor and Idempotency-Key, and of the body; the answer is the command's events. */
  readonly idempotency?: { readonly key: string; readonly body: string };
}

/** A public event: CloudEvents 1.0, structured mode. `docs/events/` holds its JSON Schema. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema: string;
  /** The event's resourceVersion. Extension attributes are lower-case, as CloudEvents asks. */
  readonly resourceversion: string;
  readonly previousversion?: string;
  readonly actor: string;
  readonly fieldmanager?: string;
  readonly requestid: string;
  readonly correlationid: string;
  readonly causationid?: string;
  readonly traceparent?: string;
  readonly kindversion: string;
  /** JSON pointers, separated by spaces; in a pointer a space is `%20` and a percent sign `%25`. */
  readonly changed: string;
}
