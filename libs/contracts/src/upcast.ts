/**
 * Old schemas become today's while they are read; nothing stored is ever rewritten.
 * A new schema version adds one pure step here and a golden file of its predecessor beside the spec.
 */
import { isJsonObject } from '@holdfast/kernel';

import type { CommitHeader } from './commit.js';
import type { EventRecord } from './event.js';

const NEWEST = 1;

export class UnknownSchemaError extends Error {
  override readonly name = 'UnknownSchemaError';

  constructor(readonly schema: unknown) {
    super(`schema version ${JSON.stringify(schema)} is not known here; this build reads 1 to ${NEWEST}: upgrade it`);
  }
}

/** Throws UnknownSchemaError on a header of another schema, TypeError on what is no header at all. */
export const upcastCommitHeader = (stored: unknown): CommitHeader => {
  if (!isJsonObject(stored)) throw new TypeError('not a commit header');
  if (stored['schema'] !== NEWEST) throw new UnknownSchemaError(stored['schema']);
  if (!isCommitHeader(stored)) throw new TypeError('not a commit header');
  return stored;
};

const isCommitHeader = (stored: object): stored is CommitHeader =>
  'id' in stored &&
  'commands' in stored &&
  Array.isArray(stored.commands) &&
  stored.commands.every((command) => isJsonObject(command) && Number.isInteger(command['events']));

/** `schema` is the one of the commit that the record stands in. */
export const upcastEventRecord = (stored: unknown, schema: number): EventRecord => {
  if (schema !== NEWEST) throw new UnknownSchemaError(schema);
  return stored as EventRecord;
};
