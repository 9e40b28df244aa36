/** What the transactor itself refuses; the rules about objects are the decision's. */
import type { Target } from '@holdfast/contracts';
import { qualifiedResource } from '@holdfast/kernel';
import type { Refusal } from '@holdfast/kernel';

export const notDecided = (commandId: string): Refusal => ({
  reason: 'ServiceUnavailable',
  message: `command ${commandId} was not decided before its deadline and did not happen; try again`,
  details: { retryAfterSeconds: 1 },
});

export const notRead = (commandId: string): Refusal => ({
  reason: 'ServiceUnavailable',
  message: `read ${commandId} could not be answered before its deadline; try again`,
  details: { retryAfterSeconds: 1 },
});

export const outcomeUnknown = (commandId: string): Refusal => ({
  reason: 'Timeout',
  message: `the outcome of command ${commandId} is unknown; repeat it with the same Idempotency-Key`,
  details: { retryAfterSeconds: 1 },
});

export const tooManyWaiting = (waiting: number): Refusal => ({
  reason: 'TooManyRequests',
  message: `${waiting} commands wait to be decided already; try again later`,
  details: { retryAfterSeconds: 1 },
});

export const tooLargeForACommit = (bytes: number, limit: number): Refusal => ({
  reason: 'RequestEntityTooLarge',
  message: `the write takes about ${bytes} bytes in the log, the limit for one commit is ${limit}`,
});

export const keyReused = (): Refusal => ({
  reason: 'Invalid',
  message: 'the Idempotency-Key was used before with another body; repeat the first request, or take a new key',
});

export const noSuchResource = (): Refusal => ({
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
});

export const noSuchObject = ({ group, resource, name }: Target): Refusal => ({
  reason: 'NotFound',
  message: `${qualifiedResource(group, resource)} ${JSON.stringify(name)} not found`,
  details: { name, kind: resource, ...(group === '' ? {} : { group }) },
});

export const listIsGone = (): Refusal => ({
  reason: 'Expired',
  message: 'the list was begun with another transactor, or long ago; begin it again',
});

export const undecidable = (error: unknown): Refusal => ({
  reason: 'InternalError',
  message: `the write could not be decided: ${error instanceof Error ? error.message : String(error)}`,
});
