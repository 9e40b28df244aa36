import { checkPosition } from '@holdfast/log';
import type { CommitLog } from '@holdfast/log';
import type { Pool } from 'pg';
import { openPool } from '../pool.js';
import { buildIndexes, takeIndexesOff } from '../rebuild/indexes.js';
import { load } from '../rebuild/load.js';
import type { Loaded } from '../rebuild/load.js';
import { withMaintenanceLock } from '../schema/advisory-lock.js';
import { dropOthers } from '../schema/drop-generation.js';
import { readLiveGeneration } from '../schema/generations.js';
import { createGeneration } from '../schema/migrate.js';
import { compareTable } from './compare-tables.js';
import type { TableComparison } from './compare-tables.js';
import { PINNED_TABLES } from './select-hashes.js';

export type VerifyProgress =
  | { readonly step: 'replay'; readonly loaded: Loaded; readonly upTo: number; readonly seconds: number }
  | { readonly step: 'compare' };

export interface VerifyOptions {
  readonly log: Pick<CommitLog, 'identity' | 'end' | 'follow'>;
  readonly databaseUrl: string;
  readonly signal: AbortSignal;
  readonly report: (progress: VerifyProgress) => void;
}

export interface Verified {
  readonly same: boolean;
  /** The checkpoint that was compared; what was written later is not in it. */
  readonly sequence: number;
  readonly tables: readonly TableComparison[];
  readonly seconds: number;
}

const CONNECTIONS = 4;

/**
 * Replays the log up to the live checkpoint into a scratch generation and compares it with the live rows.
 * The live rows are only read, in a few statements; projecting goes on meanwhile.
 */
export const verify = async (options: VerifyOptions): Promise<Verified> => {
  const pool = openPool({ url: options.databaseUrl, name: 'holdfast-verify', size: CONNECTIONS });
  try {
    return await withMaintenanceLock(pool, () => verifyLocked(options, pool));
  } finally {
    await pool.end();
  }
};

const verifyLocked = async ({ log, databaseUrl, signal, report }: VerifyOptions, pool: Pool): Promise<Verified> => {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1_000;
  await dropOthers(pool);
  const { number: live, checkpoint } = await readLiveGeneration(pool);
  checkPosition(log.identity, await log.end(), { ...(checkpoint.log ?? log.identity), sequence: checkpoint.sequence });

  const replayed = await createGeneration(pool, databaseUrl, 'scratch');
  try {
    const { sequence: upTo, boundary } = checkpoint;
    const indexes = await takeIndexesOff(pool, replayed);
    const onProgress = (loaded: Loaded): void => report({ step: 'replay', loaded, upTo, seconds: seconds() });
    await load({ log, pool, number: replayed, upTo, signal, onProgress });
    await buildIndexes(pool, indexes.keys);

    report({ step: 'compare' });
    const tables: TableComparison[] = [];
    for (const table of PINNED_TABLES) {
      const last = table.key === 'version' ? boundary : upTo;
      tables.push(await compareTable({ pool, live, replayed, upTo: last }, table));
    }
    const same = tables.every((table) => table.live.hash === table.replayed.hash);
    return { same, sequence: upTo, tables, seconds: seconds() };
  } finally {
    // Best effort: should this fail, the next rebuild or verify drops it.
    await dropOthers(pool).catch(() => undefined);
  }
};
