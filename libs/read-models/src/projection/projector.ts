import type { LogIdentity } from '@holdfast/log';
import type { Pool, PoolClient } from 'pg';
import { withClient } from '../pool.js';
import { bindToLog, readLiveGeneration } from '../schema/generations.js';
import type { GenerationPurpose } from '../schema/generation.entity.js';
import { generationSchema, REGISTRY_SCHEMA } from '../schema/names.js';
import { copyInto } from './copy-into.js';
import { COMMIT_COLUMNS, VERSION_COLUMNS } from './encode-commits.js';
import type { EncodedCommits } from './encode-commits.js';

/** `overtaken`: the checkpoint is not where it was left, so somebody else works on these rows (or they are no longer live). */
export type Applied = 'applied' | 'overtaken';

interface Position {
  readonly sequence: number;
  readonly boundary: number;
}

interface ProjectorTarget {
  readonly pool: Pool;
  readonly log: LogIdentity;
  readonly number: number;
  readonly purpose: GenerationPurpose;
  readonly position: Position;
}

/** Turns commits into the rows of one generation: whole commits, each exactly once, whoever else tries the same. */
export class Projector {
  private at: Position;

  private constructor(private readonly target: ProjectorTarget) {
    this.at = target.position;
  }

  /** Goes on where the live generation stands. */
  static async openLive(pool: Pool, log: LogIdentity): Promise<Projector> {
    const { number, checkpoint } = await readLiveGeneration(pool);
    const { log: bound, ...position } = checkpoint;
    if (bound === undefined) await bindToLog(pool, number, log);
    return new Projector({ pool, log: bound ?? log, number, purpose: 'live', position });
  }

  /** Goes on with a generation that is being built, from a position that its builder knows. */
  static openBuilding(pool: Pool, log: LogIdentity, number: number, position: Position): Projector {
    return new Projector({ pool, log, number, purpose: 'building', position });
  }

  /** The log that the rows are made from. */
  get log(): LogIdentity {
    return this.target.log;
  }

  /** The last commit in the rows, as far as this projector knows. */
  get position(): Position {
    return this.at;
  }

  /** Writes the rows and moves the checkpoint in one transaction; a failure leaves both as they were. */
  async apply(commits: EncodedCommits): Promise<Applied> {
    if (commits.from !== this.at.sequence + 1) {
      throw new RangeError(`commit ${commits.from} does not follow the checkpoint at ${this.at.sequence}`);
    }
    const outcome = await withClient(this.target.pool, (client) => this.write(client, commits));
    if (outcome === 'applied') this.at = { sequence: commits.to, boundary: commits.boundary };
    return outcome;
  }

  private async write(client: PoolClient, commits: EncodedCommits): Promise<Applied> {
    const schema = generationSchema(this.target.number);
    // What a crash of PostgreSQL takes is projected again, so there is no disk to wait for.
    await client.query('BEGIN; SET LOCAL synchronous_commit = off');
    if (!(await this.moveCheckpoint(client, commits))) {
      await client.query('ROLLBACK');
      return 'overtaken';
    }
    const { previous, next } = commits.superseded;
    if (previous.length > 0) {
      await client.query(endVersions(schema), [`{${previous.join(',')}}`, `{${next.join(',')}}`]);
    }
    if (commits.events > 0) await copyInto(client, `${schema}.versions (${VERSION_COLUMNS})`, commits.versions);
    await copyInto(client, `${schema}.commits (${COMMIT_COLUMNS})`, commits.commits);
    await client.query('COMMIT');
    return 'applied';
  }

  /** Compare-and-set; the row stays locked until the transaction ends, so a second projector waits and then misses. */
  private async moveCheckpoint(client: PoolClient, { to, boundary }: EncodedCommits): Promise<boolean> {
    const { number, purpose, log } = this.target;
    const { rowCount } = await client.query(MOVE_CHECKPOINT, [
      number,
      purpose,
      log.stream,
      log.created,
      this.at.sequence,
      to,
      boundary,
    ]);
    return rowCount === 1;
  }
}

const MOVE_CHECKPOINT = `
  UPDATE ${REGISTRY_SCHEMA}.generations
  SET sequence = $6, boundary = $7
  WHERE number = $1 AND purpose = $2 AND stream = $3 AND stream_created = $4 AND sequence = $5`;

const endVersions = (schema: string): string => `
  UPDATE ${schema}.versions v
  SET next = e.next
  FROM unnest($1::bigint[], $2::bigint[]) AS e (previous, next)
  WHERE v.version = e.previous`;
