import type { Commit } from '@holdfast/contracts';
import type { LogIdentity } from '@holdfast/log';
import type { Pool, PoolClient } from 'pg';
import { withClient } from '../pool.js';
import { bindToLog, isRegistered, readLiveGeneration } from '../schema/generations.js';
import type { GenerationPurpose } from '../schema/generation.entity.js';
import { applyAtOnce, asArrays, readRowTypes } from './apply-at-once.js';
import type { RowTypes } from './apply-at-once.js';
import { applyByCopy } from './apply-by-copy.js';
import { bytesOf } from './commit-queue.js';
import type { Batch } from './commit-queue.js';
import { encodeCommits } from './encode-commits.js';
import type { CheckpointMove } from './move-checkpoint.js';

/** `overtaken`: the checkpoint is not where it was left, so somebody else works on these rows (or they are no longer live). */
export type Applied = 'applied' | 'overtaken';

/** What one statement takes; beyond that, COPY is cheaper than the statement's round trip is dear. */
const EVENTS_AT_ONCE = 64;
const BYTES_AT_ONCE = 256 * 1024;

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
  readonly eventsAtOnce: number;
}

/** Turns commits into the rows of one generation: whole commits, each exactly once, whoever else tries the same. */
export class Projector {
  private at: Position;
  private rowTypes: RowTypes | undefined;

  private constructor(private readonly target: ProjectorTarget) {
    this.at = target.position;
  }

  /** Goes on where the live generation stands. */
  static async openLive(pool: Pool, log: LogIdentity, eventsAtOnce = EVENTS_AT_ONCE): Promise<Projector> {
    const { number, checkpoint } = await readLiveGeneration(pool);
    const { log: bound, ...position } = checkpoint;
    if (bound === undefined) await bindToLog(pool, number, log);
    return new Projector({ pool, log: bound ?? log, number, purpose: 'live', position, eventsAtOnce });
  }

  /** Goes on with a generation that is being built, from a position that its builder knows. */
  static openBuilding(pool: Pool, log: LogIdentity, number: number, position: Position): Projector {
    return new Projector({ pool, log, number, purpose: 'building', position, eventsAtOnce: EVENTS_AT_ONCE });
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
  async apply(batch: Batch): Promise<Applied> {
    const { sequence: after } = this.at;
    const { sequence: to, boundary } = batch[batch.length - 1] as Commit;
    if (batch[0].sequence !== after + 1) {
      throw new RangeError(`commit ${batch[0].sequence} does not follow the checkpoint at ${after}`);
    }
    const { pool, number, purpose, log } = this.target;
    const move = { number, purpose, log, after, to, boundary };
    const moved = await withClient(pool, (client) => this.write(client, move, batch));
    if (moved) this.at = { sequence: to, boundary };
    return moved ? 'applied' : 'overtaken';
  }

  private async write(client: PoolClient, move: CheckpointMove, batch: Batch): Promise<boolean> {
    if (!this.isSmall(batch)) return applyByCopy(client, move, encodeCommits(batch));
    try {
      this.rowTypes ??= await readRowTypes(client, move.number);
      return await applyAtOnce(client, move, encodeCommits(batch, asArrays(this.rowTypes)));
    } catch (error) {
      // The statement names tables, which fails in many ways once they are dropped; the registry says it plainly.
      // Where the registry cannot be asked either, the first failure is the one to tell.
      const isThere = await isRegistered(client, move.number).catch(() => true);
      if (isThere) throw error;
      return false;
    }
  }

  private isSmall(batch: Batch): boolean {
    let [events, bytes] = [0, 0];
    for (const commit of batch) {
      events += commit.events.length;
      bytes += bytesOf(commit);
    }
    return events <= this.target.eventsAtOnce && bytes <= BYTES_AT_ONCE;
  }
}
