/** What a reconciler is: a name, what wakes it, and a function from the newest state to an outcome. */
import type { Fence, ObjectKey, PropagationPolicy } from '@holdfast/contracts';
import type { JsonObject, Refusal } from '@holdfast/kernel';

import type { Change, ObjectState, ObjectType } from './object-cache.js';
import type { Outcome } from './outcome.js';
import type { Backoff } from './work-queue.js';

/** Reads are from memory: never older than what woke the run, nor than the reconciler's own last write. */
export interface ObjectReader {
  get(key: ObjectKey): ObjectState | undefined;
  list(type: ObjectType, namespace?: string): readonly ObjectState[];
  ownedBy(uid: string): readonly ObjectState[];
  byUid(uid: string): ObjectState | undefined;
  inNamespace(namespace: string): readonly ObjectState[];
}

/** An answer of the store; refusals are answers too. Both are final: sent twice by the client, happened at most once. */
export type WriteResult =
  { readonly ok: true; readonly state: ObjectState } | { readonly ok: false; readonly refusal: Refusal };

/** Writes carry the run, its cause and its fence, so that history tells what led to them and nobody deposed is heard. */
export interface ObjectWriter {
  /** `version` is the API version of the body, such as `v1`. */
  create(key: ObjectKey, version: string, object: JsonObject): Promise<WriteResult>;
  /** A JSON merge patch; `resourceVersion` in its metadata makes it conditional. */
  patch(key: ObjectKey, version: string, patch: JsonObject): Promise<WriteResult>;
  /** Replaces the status, and nothing else, if the object still is at `resourceVersion`. */
  updateStatus(state: ObjectState, version: string, status: JsonObject): Promise<WriteResult>;
  /** Deletes the object with this uid, its dependents in the background unless another policy is named. */
  delete(key: ObjectKey, version: string, uid: string, policy?: PropagationPolicy): Promise<WriteResult>;
  /** Empties a namespace's `spec.finalizers`: the last step of its deletion. */
  finalize(state: ObjectState): Promise<WriteResult>;
}

/** The writer of one run. */
export interface RunWriter extends ObjectWriter {
  /** The resourceVersions of the writes that were accepted and changed something. */
  readonly versions: readonly number[];
  /** Resolves when no write is on its way: only then may the next run of the key begin. */
  settled(): Promise<void>;
}

/** What led to a run: the change that woke it; where everything is looked at again, the newest one that is known to concern it. */
export interface Cause {
  /** The resourceVersion of the event. */
  readonly version: number;
  readonly correlationID: string;
  readonly traceparent?: string;
}

/**
 * Why a key was woken: an object changed; everything is looked at again (at start, after a take-over, and now and then);
 * the run before failed; or it asked for another look.
 */
export type WakeReason = 'Change' | 'Resync' | 'Retry' | 'Requeue';

/** A run, before it has an outcome. */
export interface RunIdentity {
  /** Unique; the requestID of everything that the run writes. */
  readonly id: string;
  readonly controller: string;
  readonly key: ObjectKey;
  readonly reason: WakeReason;
  /** The change that woke the key first; where everything is looked at again, the newest one of what concerns it; retries keep that of the run before. */
  readonly cause: Cause | undefined;
  /** The run's own span (W3C Trace Context), in the trace of its cause; its writes are children of it. */
  readonly traceparent: string;
  /** 0 on the first try since the last success. */
  readonly attempt: number;
  /** Under which this replica may work on the key; its epoch is for outside effects, too. */
  readonly fence: Fence | undefined;
}

export interface Run extends RunIdentity {
  readonly now: Date;
  /** Aborted when the run took longer than its limit, or its key moved to another replica; its writes are then refused. */
  readonly signal: AbortSignal;
  readonly read: ObjectReader;
  readonly write: ObjectWriter;
}

export interface Watch {
  readonly type: ObjectType | 'any';
  /** The keys that a change of such an object wakes. */
  readonly wakes: (change: Change, read: ObjectReader) => readonly ObjectKey[];
}

/** How the outcome of a run shows in the status of its object. */
export interface StatusReport {
  /** The API version that the status is written in, such as `v1`. */
  readonly version: string;
  /** The type of the condition that sums up, such as `Ready`. */
  readonly condition: string;
}

export interface ReconcilerDefinition {
  /** Names the controller in metrics, logs and field managers: lower case, dashes. */
  readonly name: string;
  /** Whose objects it reconciles, what it makes for them and by which finalizer it holds them, for others to keep off. */
  readonly for?: ObjectType;
  readonly owns?: readonly ObjectType[];
  readonly finalizer?: string;
  readonly watches: readonly Watch[];
  /** Runs at once, of different keys; 1 when missing. */
  readonly concurrency?: number;
  /** 30 s when missing. */
  readonly timeoutMs?: number;
  readonly backoff?: Backoff;
  /** The status is left alone when missing. */
  readonly reports?: StatusReport;
  readonly reconcile: (run: Run) => Promise<Outcome>;
  /**
   * Ends what this replica keeps going for keys that it gives up, such as servers and connections: when they move to
   * another replica, before that one may begin, and when the process stops. Their runs have ended or were aborted.
   */
  readonly released?: (isReleased: (key: ObjectKey) => boolean) => Promise<void>;
}
