import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { generationSchema } from '../schema/names.js';
import { selectDifferences, selectHashes } from './select-hashes.js';
import type { PinnedTable } from './select-hashes.js';

/** A row that is not what the log says; `key` is its version, or for a commit its sequence. */
export interface Difference {
  readonly table: PinnedTable['name'];
  readonly key: number;
  /** `missing`: the log has it, the rows do not; `unexpected`: the other way round. */
  readonly problem: 'changed' | 'missing' | 'unexpected';
  /** The object that the row is a version of. */
  readonly object: string | undefined;
}

export interface TableHash {
  readonly rows: number;
  readonly hash: string;
}

export interface TableComparison {
  readonly table: PinnedTable['name'];
  readonly live: TableHash;
  readonly replayed: TableHash;
  /** The first ones. */
  readonly differences: readonly Difference[];
}

export interface Comparison {
  readonly pool: Pool;
  readonly live: number;
  readonly replayed: number;
  /** The last key that counts. */
  readonly upTo: number;
}

interface BucketRow {
  readonly bucket: number;
  readonly rows: number;
  readonly hash: string;
}

const DIFFERENCES_SHOWN = 10;

/** Compares one table of two generations by hashes that PostgreSQL computes; names the first rows that differ. */
export const compareTable = async (comparison: Comparison, table: PinnedTable): Promise<TableComparison> => {
  const [live, replayed] = await Promise.all([
    readHashes(comparison, comparison.live, table),
    readHashes(comparison, comparison.replayed, table),
  ]);
  const differences: Difference[] = [];
  for (const bucket of differingBuckets(live, replayed)) {
    if (differences.length >= DIFFERENCES_SHOWN) break;
    differences.push(...(await readDifferences(comparison, table, bucket, DIFFERENCES_SHOWN - differences.length)));
  }
  return { table: table.name, live: hashOf(live), replayed: hashOf(replayed), differences };
};

const readHashes = async ({ pool, upTo }: Comparison, generation: number, table: PinnedTable): Promise<BucketRow[]> =>
  (await pool.query<BucketRow>(selectHashes(generationSchema(generation), table), [upTo])).rows;

const differingBuckets = (live: readonly BucketRow[], replayed: readonly BucketRow[]): number[] => {
  const hashes = (rows: readonly BucketRow[]): Map<number, string> =>
    new Map(rows.map(({ bucket, hash }) => [bucket, hash]));
  const [left, right] = [hashes(live), hashes(replayed)];
  const buckets = new Set([...left.keys(), ...right.keys()]);
  return [...buckets].filter((bucket) => left.get(bucket) !== right.get(bucket)).sort((a, b) => a - b);
};

const readDifferences = async (
  { pool, live, replayed, upTo }: Comparison,
  table: PinnedTable,
  bucket: number,
  limit: number,
): Promise<Difference[]> => {
  const { rows } = await pool.query<{ key: number; in_left: boolean; in_right: boolean; object: string | null }>(
    selectDifferences(generationSchema(live), generationSchema(replayed), table, limit),
    [upTo, bucket],
  );
  return rows.map(({ key, in_left: inLive, in_right: inLog, object }) => ({
    table: table.name,
    key,
    problem: inLive && inLog ? 'changed' : inLive ? 'unexpected' : 'missing',
    object: object ?? undefined,
  }));
};

const hashOf = (buckets: readonly BucketRow[]): TableHash => {
  const hash = createHash('sha256');
  for (const bucket of buckets) hash.update(`${bucket.bucket}:${bucket.rows}:${bucket.hash}\n`);
  return { rows: buckets.reduce((sum, { rows }) => sum + rows, 0), hash: hash.digest('hex') };
};
