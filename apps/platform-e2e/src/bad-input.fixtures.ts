/** How a case of bad input is written down: what is sent, and which refusal must come back. */
import type { Sent } from './gateway-client.fixtures.js';
import { WIDGETS } from './widgets.fixtures.js';

/** What must come back: the code, the reason, a part of the message, and the fields that the causes name. */
export interface Refused {
  readonly code: number;
  readonly reason: string;
  readonly message?: string;
  readonly causes?: readonly (readonly [field: string, reason: string])[];
}

export type Case = readonly [title: string, method: string, path: string, sent: Sent, refused: Refused];

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
/** A widget that is there. */
export const HERE = `${WIDGETS}/here`;

export const badRequest = (message: string): Refused => ({ code: 400, reason: 'BadRequest', message });
export const invalid = (...causes: NonNullable<Refused['causes']>): Refused => ({
  code: 422,
  reason: 'Invalid',
  causes,
});
export const notFound = (message: string): Refused => ({ code: 404, reason: 'NotFound', message });
export const post = (body: Sent['body'], more: Sent = {}): Sent => ({
  ...more,
  ...(body === undefined ? {} : { body }),
});
export const patch = (type: string, body: object | string): Sent => ({ body, type });
