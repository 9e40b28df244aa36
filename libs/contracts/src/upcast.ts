/**
 * Old schemas become today's while they are read; nothing stored is ever rewritten.
 * A new schema version adds one pure step here and a golden file of its predecessor beside the spec.
 */
import type { CommitHeader } from './commit.js';
import type { EventRecord } from './event.js';

const NEWEST = 1;

export class UnknownSchemaError extends Error {
  override readonly name = 'UnknownSchemaError';

  constructor(readonly schema: unknown) {
    super(`schema version ${JSON.stringify(schema)} is not known here; this build reads 1 to ${NEWEST}: upgrade it`);
  }
}

export const upcastCommitHeader = (stored: unknown): CommitHeader => {
  const header = stored as CommitHeader;
  if (header.schema !== NEWEST) throw new UnknownSchemaError(header.schema);
  return header;
};

/** `schema` is the one of the commit that the record stands in. */
export const upcastEventRecord = (stored: unknown, schema: number): EventRecord => {
  if (schema !== NEWEST) throw new UnknownSchemaError(schema);
  return stored as EventRecord;
};
