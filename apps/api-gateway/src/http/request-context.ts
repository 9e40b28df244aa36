/** What is known of a request before its path is read: who asks, and the ids that follow it everywhere. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { childTraceparent, validTraceparent } from '@holdfast/nest-platform';

import type { RequestContext, User } from './resolved-request.js';
import { badRequest } from './status-error.js';

/** Every write has a deadline of ten seconds, unless its client asks for less. */
const DEADLINE_MS = 10_000;
const MAX_FIELD_MANAGER_BYTES = 128;

/** The ids of one request, made before anything about it is known. */
export interface RequestIDs {
  readonly requestID: string;
  readonly correlationID: string;
  readonly traceparent: string;
  /** The client's own span, if it sent one. */
  readonly parent: string | undefined;
}

/** Takes over the ids that the client sent, where they are fit to be logged, and makes the others. */
export const idsOf = (headers: IncomingHttpHeaders): RequestIDs => {
  const requestID = idFrom(headers['x-request-id']) ?? randomUUID();
  const parent = validTraceparent(headerText(headers['traceparent']));
  return {
    requestID,
    correlationID: idFrom(headers['x-correlation-id']) ?? requestID,
    traceparent: childTraceparent(parent),
    parent,
  };
};

export interface ReceivedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly user: User;
  readonly ids: RequestIDs;
  readonly now: number;
}

/** The context of a request whose user is known and whose body has arrived; throws a refusal for a bad header. */
export const contextOf = ({ headers, body, user, ids, now }: ReceivedRequest): RequestContext => ({
  user,
  requestID: ids.requestID,
  correlationID: ids.correlationID,
  traceparent: ids.traceparent,
  fieldManager: userAgentPrefix(headers['user-agent']),
  deadline: now + DEADLINE_MS,
  body,
  contentType: mediaType(headers['content-type']),
  idempotencyKey: idempotencyKey(headers['idempotency-key']),
});

const VISIBLE_ID = /^[\x21-\x7e]{1,128}$/;
const VISIBLE_KEY = /^[\x20-\x7e]{1,255}$/;

const idFrom = (header: string | string[] | undefined): string | undefined => {
  const text = headerText(header);
  return text !== undefined && VISIBLE_ID.test(text) ? text : undefined;
};

const headerText = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

const idempotencyKey = (header: string | string[] | undefined): string | undefined => {
  const text = headerText(header);
  if (text === undefined) return undefined;
  if (VISIBLE_KEY.test(text)) return text;
  throw badRequest('invalid Idempotency-Key: 1 to 255 visible ASCII characters were expected');
};

const mediaType = (header: string | undefined): string => {
  if (header === undefined || header === 'application/json') return header ?? '';
  const end = header.indexOf(';');
  return (end === -1 ? header : header.slice(0, end)).trim().toLowerCase();
};

/** Who writes when the client does not say: the program in its User-Agent. */
const userAgentPrefix = (userAgent: string | undefined): string => {
  if (userAgent === undefined) return 'unknown';
  const end = userAgent.indexOf('/');
  const prefix = (end === -1 ? userAgent : userAgent.slice(0, end)).slice(0, MAX_FIELD_MANAGER_BYTES);
  return PRINTABLE.test(prefix) ? prefix : 'unknown';
};

const PRINTABLE = /^[\x20-\x7e]+$/;
