/** A large batch: some round trips for the transaction, and the rows as fast as PostgreSQL takes any. */
import type { ClientBase } from 'pg';
import { generationSchema } from '../schema/names.js';
import { copyInto } from './copy-into.js';
import { COMMIT_COLUMNS, VERSION_COLUMNS } from './encode-commits.js';
import type { EncodedCommits } from './encode-commits.js';
import { MOVE_CHECKPOINT, valuesOfMove } from './move-checkpoint.js';
import type { CheckpointMove } from './move-checkpoint.js';

/** False, and nothing done, when the checkpoint is not where it was left. */
export const applyByCopy = async (
  client: ClientBase,
  move: CheckpointMove,
  { superseded, events, versions, commits }: EncodedCommits,
): Promise<boolean> => {
  const schema = generationSchema(move.number);
  // What a crash of PostgreSQL takes is projected again, so there is no disk to wait for.
  await client.query('BEGIN; SET LOCAL synchronous_commit = off');
  const { rowCount } = await client.query(MOVE_CHECKPOINT, valuesOfMove(move));
  if (rowCount !== 1) {
    await client.query('ROLLBACK');
    return false;
  }
  const { previous, next } = superseded;
  if (previous.length > 0) {
    await client.query(endVersions(schema), [`{${previous.join(',')}}`, `{${next.join(',')}}`]);
  }
  if (events > 0) await copyInto(client, `${schema}.versions (${VERSION_COLUMNS})`, versions);
  await copyInto(client, `${schema}.commits (${COMMIT_COLUMNS})`, commits);
  await client.query('COMMIT');
  return true;
};

const endVersions = (schema: string): string => `
  UPDATE ${schema}.versions v
  SET next = e.next
  FROM unnest($1::bigint[], $2::bigint[]) AS e (previous, next)
  WHERE v.version = e.previous`;
