/** On CLAIM_SUBJECT, in JSON: the gateway asks for a workspace; the orchestrator that leads answers, nobody else listens. */
import type { JsonObject, Refusal } from '@holdfast/kernel';

export interface ClaimCall {
  readonly namespace: string;
  /** Of the WorkspaceClaim: who asks again by the same name gets the same claim, and so the same workspace. */
  readonly name: string;
  readonly preset: string;
  readonly parameters: JsonObject;
  readonly owner: string;
  readonly waitSeconds: number;
  /** Who asks, as the log shall say. */
  readonly actor: string;
  readonly fieldManager: string;
  readonly requestID: string;
  readonly correlationID: string;
  readonly traceparent: string;
  /** SHA-256 (hex) of actor and Idempotency-Key, and of what was asked for under it. */
  readonly idempotency?: { readonly key: string; readonly body: string };
}

/** A claim that waits is answered after a moment, too: who wants to know how it ends asks again. */
export type ClaimAnswer =
  | {
      readonly status: 'ok';
      /** `known` when the claim was there before. */
      readonly outcome: 'created' | 'known';
      readonly claim: JsonObject;
      /** Missing while the claim waits, and when the workspace has gone since. */
      readonly workspace?: JsonObject;
    }
  | { readonly status: 'refused'; readonly refusal: Refusal };
