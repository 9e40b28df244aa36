/** The one place where a refusal becomes an HTTP answer: a Status object, its code and its Retry-After. */
import { qualifiedResource, RefusalError } from '@holdfast/kernel';
import type { Refusal, RefusalReason } from '@holdfast/kernel';

const CODES: Readonly<Record<RefusalReason, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
};

/** A client that was told to go away for a moment is told for how long. */
const RETRY_AFTER_SECONDS = 1;
const RETRYABLE: readonly RefusalReason[] = ['TooManyRequests', 'ServiceUnavailable'];

/** A Status object, as clients of Kubernetes read it. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: RefusalReason;
  readonly details: NonNullable<Refusal['details']>;
  readonly code: number;
}

export const statusOf = (refusal: Refusal): Status => {
  const retryAfterSeconds = retryAfterOf(refusal);
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: refusal.message,
    reason: refusal.reason,
    details: { ...refusal.details, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
    code: CODES[refusal.reason],
  };
};

const retryAfterOf = ({ reason, details }: Refusal): number | undefined =>
  details?.retryAfterSeconds ?? (RETRYABLE.includes(reason) ? RETRY_AFTER_SECONDS : undefined);

/** An unknown error says nothing of itself to the outside; whoever calls this logs it. */
export const INTERNAL_ERROR: Refusal = {
  reason: 'InternalError',
  message: 'Internal error occurred: the request could not be completed; the log of the gateway says why',
};

export const refuse = (reason: RefusalReason, message: string, details?: Refusal['details']): RefusalError =>
  new RefusalError({ reason, message, ...(details === undefined ? {} : { details }) });

export const badRequest = (message: string): RefusalError => refuse('BadRequest', message);

/** For a version that the log has not come to; clients know the cause and try again. */
export const versionTooLarge = (version: number, end: number): RefusalError =>
  refuse('Timeout', `Timeout: Too large resource version: ${version}, current: ${end}`, {
    retryAfterSeconds: 1,
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
  });

/** For an object that does not exist; `when` narrows that down. */
export const notFound = (
  { kind, name }: { readonly kind: { readonly group: string; readonly plural: string }; readonly name: string },
  when = '',
): RefusalError => {
  const { group, plural } = kind;
  return refuse('NotFound', `${qualifiedResource(group, plural)} ${JSON.stringify(name)} not found${when}`, {
    name,
    ...(group === '' ? {} : { group }),
    kind: plural,
  });
};

/** For a path that leads nowhere, in the words clients know. */
export const noSuchPath = (): RefusalError =>
  refuse('NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = (): RefusalError =>
  refuse('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
