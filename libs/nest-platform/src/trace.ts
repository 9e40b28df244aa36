/** W3C Trace Context, version 00: carried from the HTTP request through commands and events to reconcilers. */
import { randomFillSync } from 'node:crypto';

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A span of our own: a child of `parent`, or the root of a new trace when there is none or it is malformed. */
export const childTraceparent = (parent: string | undefined): string => {
  const match = parent === undefined ? null : TRACEPARENT.exec(parent);
  const traceId = match?.[1] ?? randomHex(16);
  return `00-${traceId}-${randomHex(8)}-${match?.[3] ?? '01'}`;
};

/** Chance is drawn in advance: asking the system for 16 bytes costs as much as asking it for 8 KiB. */
const pool = Buffer.allocUnsafe(8 * 1024);
let drawn = pool.length;

const randomHex = (bytes: number): string => {
  if (drawn + bytes > pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  drawn += bytes;
  return pool.toString('hex', drawn - bytes, drawn);
};

/** The id of the span itself. */
export const spanIdOf = (traceparent: string): string => traceparent.slice(36, 52);

/** The traceparent as it came, if it is one. */
export const validTraceparent = (text: string | undefined): string | undefined =>
  text !== undefined && TRACEPARENT.test(text) ? text : undefined;

/** The trace id, for log lines. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);
