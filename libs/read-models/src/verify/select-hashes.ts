import { COMMIT_COLUMNS, VERSION_COLUMNS } from '../projection/encode-commits.js';

/** A table of a generation as it was at a checkpoint: what came later is left out, and so is what it ended. */
export interface PinnedTable {
  readonly name: 'versions' | 'commits';
  readonly key: 'version' | 'sequence';
  /** All columns, as rows of the checkpoint show them; `$1` is the last key of the checkpoint. */
  readonly columns: string;
  /** How many keys share a hash. */
  readonly bucket: number;
}

const COMMITS_PER_BUCKET = 1_024;
const KEYS_PER_COMMIT = 1_024;

export const PINNED_TABLES: readonly PinnedTable[] = [
  {
    name: 'versions',
    key: 'version',
    columns: VERSION_COLUMNS.replace(/\bnext\b/, 'CASE WHEN next <= $1 THEN next END'),
    bucket: COMMITS_PER_BUCKET * KEYS_PER_COMMIT,
  },
  { name: 'commits', key: 'sequence', columns: COMMIT_COLUMNS, bucket: COMMITS_PER_BUCKET },
];

/** One hash for each bucket of rows, in the order of the key: so many rows are compared as one. */
export const selectHashes = (schema: string, { name, key, columns, bucket }: PinnedTable): string => `
  SELECT ${key} / ${bucket} AS bucket,
         count(*) AS rows,
         encode(sha256(string_agg(sha256(convert_to(ROW(${columns})::text, 'UTF8')), ''::bytea ORDER BY ${key})), 'hex') AS hash
  FROM ${schema}.${name}
  WHERE ${key} <= $1
  GROUP BY 1
  ORDER BY 1`;

/** The first rows of one bucket that are not the same on both sides. */
export const selectDifferences = (left: string, right: string, table: PinnedTable, limit: number): string => `
  SELECT key, l.content IS NOT NULL AS in_left, r.content IS NOT NULL AS in_right,
         coalesce(l.object, r.object) AS object
  FROM (${selectRows(left, table)}) l
  FULL JOIN (${selectRows(right, table)}) r USING (key)
  WHERE l.content IS DISTINCT FROM r.content
  ORDER BY key
  LIMIT ${limit}`;

const selectRows = (schema: string, { name, key, columns, bucket }: PinnedTable): string => `
  SELECT ${key} AS key, ROW(${columns})::text AS content, ${OBJECT_OF[name]} AS object
  FROM ${schema}.${name}
  WHERE ${key} <= $1 AND ${key} / ${bucket} = $2`;

const OBJECT_OF = {
  versions: `concat_ws('/', grp, resource, namespace, name)`,
  commits: `NULL::text`,
};
