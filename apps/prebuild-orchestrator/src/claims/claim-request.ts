/**
 * By which request a claim was made: the claim itself remembers it, so that a repeat is told from another request under
 * the same Idempotency-Key for as long as there is the claim. The store does so for all writes, for a day.
 */
import type { ClaimCall } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import { PREBUILDS_GROUP } from '@holdfast/prebuild';
import type { ObjectState } from '@holdfast/reconcile';

const ANNOTATION = `${PREBUILDS_GROUP}/idempotency`;

type Idempotency = NonNullable<ClaimCall['idempotency']>;

/** What the metadata of a claim says of the request that makes it. */
export const rememberRequest = (request: Idempotency | undefined): JsonObject =>
  request === undefined ? {} : { annotations: { [ANNOTATION]: `${request.key}.${request.body}` } };

/** Undefined unless the key made one of the claims, and for another body. */
export const refusalOfReusedKey = (
  asked: Idempotency | undefined,
  claims: readonly ObjectState[],
): Refusal | undefined => {
  const made = asked && claims.find((claim) => requestOf(claim).key === asked.key);
  if (asked === undefined || made === undefined || requestOf(made).body === asked.body) return undefined;
  const message = 'the Idempotency-Key was used before with another body; repeat the first request, or take a new key';
  return { reason: 'Invalid', message };
};

const requestOf = ({ object }: ObjectState): Idempotency => {
  const annotations = objectAt(objectAt(object, 'metadata'), 'annotations');
  const [key = '', body = ''] = stringAt(annotations, ANNOTATION)?.split('.') ?? [];
  return { key, body };
};
