/**
 * A refusal is a domain answer: what was wrong, in the words of the Kubernetes API conventions.
 * It knows nothing of HTTP; the gateway alone maps a reason to a status code.
 */
export type RefusalReason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Expired'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'Invalid'
  | 'TooManyRequests'
  | 'InternalError'
  | 'ServiceUnavailable'
  | 'Timeout';

export type CauseReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'NamespaceTerminating'
  | 'ResourceVersionTooLarge'
  | 'UnexpectedServerResponse';

/** One thing that is wrong, at one field (`spec.replicas`, `metadata.labels[app]`, `operations[3].object`). */
export interface Cause {
  readonly reason: CauseReason;
  readonly message: string;
  readonly field?: string;
}

/** What a Status object's `details` carries. `kind` is the resource's plural, or the Kind for Invalid. */
export interface RefusalDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

export interface Refusal {
  readonly reason: RefusalReason;
  readonly message: string;
  readonly details?: RefusalDetails;
}

/** Thrown where a refusal has to cross code that returns something else; carries the refusal unchanged. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';

  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** The resource as Kubernetes names it in messages: `racks.inventory.holdfast.dev`, or `configmaps` in the core group. */
export const qualifiedResource = (group: string, resource: string): string =>
  group === '' ? resource : `${resource}.${group}`;
