import type { LogIdentity } from '@holdfast/log';
import { DatabaseError } from 'pg';
import type { ClientBase, Pool } from 'pg';
import { REGISTRY_SCHEMA } from './names.js';

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_SCHEMA = '3F000';

/** The database holds no rows to read: nobody has migrated it yet, or somebody has dropped them. */
export class ReadModelsMissing extends Error {
  override readonly name = 'ReadModelsMissing';

  constructor(options?: ErrorOptions) {
    super(`no generation in ${REGISTRY_SCHEMA}.generations is live: run the migrations`, options);
  }
}

export const isDropped = (error: unknown): boolean =>
  error instanceof DatabaseError && (error.code === UNDEFINED_TABLE || error.code === UNDEFINED_SCHEMA);

/** How far of its log a generation reaches; no log yet when nothing was ever projected. */
export interface Checkpoint {
  readonly log: LogIdentity | undefined;
  readonly sequence: number;
  /** The resourceVersion of a list of these rows. */
  readonly boundary: number;
}

export interface LiveGeneration {
  readonly number: number;
  readonly checkpoint: Checkpoint;
}

export interface CheckpointRow {
  readonly stream: string | null;
  readonly stream_created: string | null;
  readonly sequence: number;
  readonly boundary: number;
}

export const CHECKPOINT_COLUMNS = 'stream, stream_created, sequence, boundary';

export const checkpointOf = ({ stream, stream_created: created, sequence, boundary }: CheckpointRow): Checkpoint => ({
  log: stream === null || created === null ? undefined : { stream, created },
  sequence,
  boundary,
});

/** The generation that readers look at, and its checkpoint; throws ReadModelsMissing where there is none. */
export const readLiveGeneration = async (client: ClientBase | Pool): Promise<LiveGeneration> => {
  const query = `SELECT number, ${CHECKPOINT_COLUMNS} FROM ${REGISTRY_SCHEMA}.generations WHERE purpose = 'live'`;
  const { rows } = await client.query<CheckpointRow & { number: number }>(query).catch((error: unknown) => {
    throw isDropped(error) ? new ReadModelsMissing({ cause: error }) : error;
  });
  const [row] = rows;
  if (row === undefined) throw new ReadModelsMissing();
  return { number: row.number, checkpoint: checkpointOf(row) };
};

/** Whether there is such a generation, of whatever purpose. */
export const isRegistered = async (client: ClientBase | Pool, number: number): Promise<boolean> => {
  const { rowCount } = await client.query(`SELECT FROM ${REGISTRY_SCHEMA}.generations WHERE number = $1`, [number]);
  return rowCount === 1;
};

/** Binds a generation that never saw a commit to the log it is made from. */
export const bindToLog = async (client: ClientBase | Pool, number: number, log: LogIdentity): Promise<void> => {
  await client.query(
    `UPDATE ${REGISTRY_SCHEMA}.generations SET stream = $2, stream_created = $3 WHERE number = $1 AND stream IS NULL`,
    [number, log.stream, log.created],
  );
};
