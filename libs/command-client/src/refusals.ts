/** What a command is answered when the transactor did not answer it. */
import type { Command } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/kernel';

import type { Answer } from './commands.js';

const RETRY_AFTER = { retryAfterSeconds: 1 };

/** Nobody can have acted on the command. */
export const unavailable = (why: string): Refusal => ({
  reason: 'ServiceUnavailable',
  message: `${why}; nothing was changed, try again`,
  details: RETRY_AFTER,
});

/** Somebody may have acted on the command. */
export const outcomeUnknown = (why: string): Refusal => ({
  reason: 'Timeout',
  message: `the outcome is unknown: ${why}; repeat with the same Idempotency-Key`,
  details: RETRY_AFTER,
});

export const tooManyInFlight = (limit: string): Refusal => ({
  reason: 'TooManyRequests',
  message: `${limit} are waiting for an answer already; try again`,
  details: RETRY_AFTER,
});

export const tooLarge = (bytes: number, limit: number): Refusal => ({
  reason: 'RequestEntityTooLarge',
  message: `the command has ${bytes} bytes, at most ${limit} can be sent`,
});

/** Whether a command changes nothing, so that its loss has no outcome to tell. */
export const isRead = ({ request }: Command): boolean =>
  request.verb === 'get' || request.verb === 'look' || request.verb === 'kinds';

export const refused = (refusal: Refusal): Answer => ({
  reply: { status: 'refused', refusal },
  body: Buffer.alloc(0),
});
