/**
 * A small batch in one prepared statement, and so in one round trip: the checkpoint's compare-and-set is the gate that
 * everything else goes through, and the statement is its own transaction. Rows travel as arrays of their tables' types.
 */
import type { ClientBase } from 'pg';
import { generationSchema } from '../schema/names.js';
import { ArrayWriter } from './array-writer.js';
import { COMMIT_COLUMNS, VERSION_COLUMNS } from './encode-commits.js';
import type { EncodedCommits, OpenWriter } from './encode-commits.js';
import { MOVE_CHECKPOINT, valuesOfMove } from './move-checkpoint.js';
import type { CheckpointMove } from './move-checkpoint.js';

/** The oids of the row types of a generation's tables. */
export interface RowTypes {
  readonly versions: number;
  readonly commits: number;
}

export const readRowTypes = async (client: ClientBase, number: number): Promise<RowTypes> => {
  const schema = generationSchema(number);
  const { rows } = await client.query<RowTypes>(
    `SELECT '${schema}.versions'::regtype::bigint AS versions, '${schema}.commits'::regtype::bigint AS commits`,
  );
  return rows[0] as RowTypes;
};

export const asArrays =
  (types: RowTypes): OpenWriter =>
  (table, capacity) =>
    new ArrayWriter(capacity, types[table]);

/** False, and nothing done, when the checkpoint is not where it was left. */
export const applyAtOnce = async (
  client: ClientBase,
  move: CheckpointMove,
  { superseded: { previous, next }, versions, commits }: EncodedCommits,
): Promise<boolean> => {
  const { rowCount } = await client.query({
    name: `apply-${move.number}`,
    text: applyStatement(generationSchema(move.number)),
    values: [...valuesOfMove(move), `{${previous.join(',')}}`, `{${next.join(',')}}`, versions, commits],
  });
  return rowCount === 1;
};

// A state must have ended before the next one of its object is written: there is one current row for each.
const applyStatement = (schema: string): string => `
  WITH moved AS (${MOVE_CHECKPOINT} RETURNING number),
  ended AS (
    UPDATE ${schema}.versions v
    SET next = e.next
    FROM moved, unnest($8::bigint[], $9::bigint[]) AS e (previous, next)
    WHERE v.version = e.previous
    RETURNING v.version
  ),
  written AS (
    INSERT INTO ${schema}.versions (${VERSION_COLUMNS})
    SELECT r.* FROM moved, unnest($10::${schema}.versions[]) AS r
    WHERE (SELECT count(*) FROM ended) >= 0
  ),
  noted AS (
    INSERT INTO ${schema}.commits (${COMMIT_COLUMNS})
    SELECT r.* FROM moved, unnest($11::${schema}.commits[]) AS r
  )
  SELECT number FROM moved`;
