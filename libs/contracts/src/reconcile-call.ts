/**
 * The protocol between the reconciler and workers in any language, in JSON: a call goes to `reconcileSubject`, its answer
 * to the reply-to. docs/reconcile-protocol.md tells the rules.
 */
import type { JsonObject } from '@holdfast/kernel';

/** Workers listen in this queue group, so that each call reaches one of them. */
export const WORKERS_QUEUE = 'workers';

export interface ReconcileCall {
  readonly apiVersion: 'holdfast.dev/v1';
  readonly kind: 'ReconcileCall';
  /** The name of the Reconciler. */
  readonly controller: string;
  /** Unique to this call; the requestID of everything that is written because of its answer. */
  readonly run: string;
  readonly reason: 'Change' | 'Resync' | 'Retry' | 'Requeue';
  /** 0 on the first try since the last success. */
  readonly attempt: number;
  /**
   * Grows whenever the object's key moves to another replica: an effect outside that remembers the highest epoch of an
   * object refuses whoever comes with a lower one. 0 where there is nobody to compete with.
   */
  readonly epoch: number;
  /** RFC 3339; an answer after it is ignored. */
  readonly deadline: string;
  /** With its resourceVersion; deleted already in wish when it has a deletionTimestamp. */
  readonly object: JsonObject;
  /** The objects of the kinds in `owns` that the object controls. */
  readonly children: readonly JsonObject[];
  /** The objects of the kinds in `watches` that the object names. */
  readonly watched: readonly JsonObject[];
  /** The change that led to the call; at start and resync, the newest one of what concerns the object. */
  readonly cause?: {
    readonly resourceVersion: string;
    readonly correlationID: string;
  };
  /** The call's span (W3C Trace Context), in the trace of the change that led to it. */
  readonly traceparent: string;
}

export interface ReconcileAnswer {
  readonly outcome: AnsweredOutcome;
  /** Members of the object's status; others stay as they are. */
  readonly status?: JsonObject;
  /** All children that there shall be; missing leaves them alone. */
  readonly children?: readonly JsonObject[];
}

export type AnsweredOutcome =
  | { readonly kind: 'done'; readonly reason?: string; readonly message?: string }
  | { readonly kind: 'after'; readonly seconds: number; readonly reason?: string; readonly message?: string }
  | { readonly kind: 'waiting'; readonly seconds?: number; readonly reason: string; readonly message: string }
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string }
  | { readonly kind: 'retry'; readonly message: string };
