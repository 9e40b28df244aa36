import type { CommitLog } from '@holdfast/log';
import type { Pool, PoolClient } from 'pg';
import { withClient } from '../pool.js';
import { copyInto } from '../projection/copy-into.js';
import { CopyWriter } from '../projection/copy-writer.js';
import { COMMIT_COLUMNS, encodeCommits, VERSION_COLUMNS } from '../projection/encode-commits.js';
import type { EncodedCommits, Supersessions } from '../projection/encode-commits.js';
import { generationSchema, REGISTRY_SCHEMA } from '../schema/names.js';
import { batchesOf } from './commit-batches.js';

export interface Loaded {
  readonly sequence: number;
  readonly boundary: number;
  readonly events: number;
}

export interface LoadOptions {
  readonly log: Pick<CommitLog, 'identity' | 'follow'>;
  readonly pool: Pool;
  readonly number: number;
  /** The last commit to load. */
  readonly upTo: number;
  readonly signal: AbortSignal;
  readonly onProgress: (loaded: Loaded) => void;
}

/** PostgreSQL parses the JSON: that is the most of the work, and two of its processes share it. */
const LANES = 2;
// A state that ends within its batch is written once, so batches are as large as memory likes.
const LIMITS = { events: 8_000, bytes: 12 * 1024 * 1024 };

/** Fills the empty tables of a generation, which must be without indexes, with everything up to a commit of the log. */
export const load = async (options: LoadOptions): Promise<Loaded> => {
  const { log, pool, number, upTo, signal, onProgress } = options;
  const schema = generationSchema(number);
  await pool.query(`CREATE UNLOGGED TABLE ${schema}.successors (previous bigint NOT NULL, next bigint NOT NULL)`);
  let loaded: Loaded = { sequence: 0, boundary: 0, events: 0 };
  const lanes = new Lanes<EncodedCommits>(LANES, (commits) =>
    withClient(pool, (client) => copyBatch(client, schema, commits)),
  );
  try {
    for await (const batch of batchesOf(log, { after: 0, upTo, limits: LIMITS, signal })) {
      const commits = encodeCommits(batch);
      await lanes.take(commits);
      loaded = { sequence: commits.to, boundary: commits.boundary, events: loaded.events + commits.events };
      onProgress(loaded);
    }
  } finally {
    await lanes.end();
  }
  await pool.query(endVersions(schema));
  await pool.query(`DROP TABLE ${schema}.successors`);
  await pool.query(SET_CHECKPOINT, [
    number,
    log.identity.stream,
    log.identity.created,
    loaded.sequence,
    loaded.boundary,
  ]);
  return loaded;
};

const copyBatch = async (client: PoolClient, schema: string, commits: EncodedCommits): Promise<void> => {
  await client.query('BEGIN; SET LOCAL synchronous_commit = off');
  if (commits.events > 0) await copyInto(client, `${schema}.versions (${VERSION_COLUMNS})`, commits.versions);
  await copyInto(client, `${schema}.commits (${COMMIT_COLUMNS})`, commits.commits);
  await copyInto(client, `${schema}.successors (previous, next)`, encodeSuccessors(commits.superseded));
  await client.query('COMMIT');
};

const encodeSuccessors = ({ previous, next }: Supersessions): Buffer => {
  const rows = new CopyWriter(64 + previous.length * 26);
  previous.forEach((version, i) => {
    rows.row(2);
    rows.int8(version);
    rows.int8(next[i]);
  });
  return rows.end();
};

const endVersions = (schema: string): string => `
  UPDATE ${schema}.versions v
  SET next = s.next
  FROM ${schema}.successors s
  WHERE v.version = s.previous`;

const SET_CHECKPOINT = `
  UPDATE ${REGISTRY_SCHEMA}.generations
  SET stream = $2, stream_created = $3, sequence = $4, boundary = $5
  WHERE number = $1`;

/** Runs the same step for many items, so many at a time; the first failure ends it. */
class Lanes<Item> {
  private readonly running = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly width: number,
    private readonly step: (item: Item) => Promise<void>,
  ) {}

  /** Starts on the item once a lane is free. */
  async take(item: Item): Promise<void> {
    while (this.running.size >= this.width) await Promise.race(this.running);
    this.throwFailure();
    const run: Promise<void> = this.step(item)
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  async end(): Promise<void> {
    await Promise.all(this.running);
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
