import type { Pool, QueryResultRow } from 'pg';
import { checkpointOf, CHECKPOINT_COLUMNS, isDropped, readLiveGeneration } from '../schema/generations.js';
import type { Checkpoint, CheckpointRow } from '../schema/generations.js';
import { generationSchema, REGISTRY_SCHEMA } from '../schema/names.js';
import { SqlParameters } from './sql-parameters.js';

/** Builds a SELECT over one generation's tables. */
export type Select = (schema: string, parameters: SqlParameters) => string;

export interface Snapshot<Row> {
  readonly checkpoint: Checkpoint;
  readonly rows: readonly Row[];
}

const ATTEMPTS = 5;

/**
 * Reads rows of the live generation together with its checkpoint: one statement, so one snapshot.
 * The number of the live generation is remembered; a statement that finds it no longer live is sent again to the next.
 */
export class LiveReader {
  private number: number | undefined;

  constructor(private readonly pool: Pool) {}

  async read<Row extends QueryResultRow>(select: Select): Promise<Snapshot<Row>> {
    for (let attempt = 1; ; attempt++) {
      const number = (this.number ??= (await readLiveGeneration(this.pool)).number);
      const snapshot = await this.readGeneration<Row>(number, select);
      if (snapshot !== undefined) return snapshot;
      this.number = undefined;
      if (attempt === ATTEMPTS) throw new Error(`generation ${number} of the read models is not live any more`);
    }
  }

  private async readGeneration<Row extends QueryResultRow>(
    number: number,
    select: Select,
  ): Promise<Snapshot<Row> | undefined> {
    const parameters = new SqlParameters();
    const text = `
      SELECT checkpoint.*, found.*
      FROM (
        SELECT ${CHECKPOINT_COLUMNS} FROM ${REGISTRY_SCHEMA}.generations
        WHERE number = ${parameters.add(number)} AND purpose = 'live'
      ) checkpoint
      LEFT JOIN LATERAL (
        SELECT true AS is_row, selected.* FROM (${select(generationSchema(number), parameters)}) selected
      ) found ON true`;
    try {
      const { rows } = await this.pool.query<CheckpointRow & { is_row: true | null } & Row>(text, parameters.values);
      const [first] = rows;
      if (first === undefined) return undefined;
      return { checkpoint: checkpointOf(first), rows: first.is_row === null ? [] : rows };
    } catch (error) {
      if (isDropped(error)) return undefined;
      throw error;
    }
  }
}
