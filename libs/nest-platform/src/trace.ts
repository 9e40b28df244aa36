/** W3C Trace Context, version 00: carried from the HTTP request through commands and events to reconcilers. */
import { randomBytes } from 'node:crypto';

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A span of our own: a child of `parent`, or the root of a new trace when there is none or it is malformed. */
export const childTraceparent = (parent: string | undefined): string => {
  const match = parent === undefined ? null : TRACEPARENT.exec(parent);
  const traceId = match?.[1] ?? randomBytes(16).toString('hex');
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${match?.[3] ?? '01'}`;
};

/** The trace id, for log lines. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);
