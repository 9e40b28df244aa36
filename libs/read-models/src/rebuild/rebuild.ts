/**
 * A new generation beside the live one:
 *
 *   load the log ──► index ──► catch up ──► switch ──► drop the old
 *
 * The live rows are untouched until the switch. What a crash leaves behind, the next rebuild drops.
 */
import type { CommitLog } from '@holdfast/log';
import type { Pool } from 'pg';
import { openPool } from '../pool.js';
import { Projector } from '../projection/projector.js';
import { withMaintenanceLock } from '../schema/advisory-lock.js';
import { dropOthers } from '../schema/drop-generation.js';
import { createGeneration, migrate } from '../schema/migrate.js';
import { generationSchema } from '../schema/names.js';
import { batchesOf } from './commit-batches.js';
import { buildIndexes, takeIndexesOff } from './indexes.js';
import { load } from './load.js';
import type { Loaded } from './load.js';
import { switchLive } from './switch-live.js';

export type RebuildProgress =
  | { readonly step: 'load'; readonly loaded: Loaded; readonly upTo: number; readonly seconds: number }
  | { readonly step: 'index' | 'catch-up' | 'switch' | 'drop' };

export interface RebuildOptions {
  readonly log: Pick<CommitLog, 'identity' | 'end' | 'follow'>;
  readonly databaseUrl: string;
  readonly signal: AbortSignal;
  readonly report: (progress: RebuildProgress) => void;
}

export interface Rebuilt {
  readonly generation: number;
  readonly sequence: number;
  readonly events: number;
  readonly seconds: number;
}

const CONNECTIONS = 4;
const CATCH_UP_LIMITS = { events: 2_000, bytes: 8 * 1024 * 1024 };

/** Makes the read models again from the log; readers and projectors go on meanwhile. */
export const rebuild = async (options: RebuildOptions): Promise<Rebuilt> => {
  const pool = openPool({ url: options.databaseUrl, name: 'holdfast-rebuild', size: CONNECTIONS });
  try {
    await migrate(options.databaseUrl);
    return await withMaintenanceLock(pool, () => rebuildLocked(options, pool));
  } finally {
    await pool.end();
  }
};

const rebuildLocked = async ({ log, databaseUrl, signal, report }: RebuildOptions, pool: Pool): Promise<Rebuilt> => {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1_000;
  await dropOthers(pool);
  const number = await createGeneration(pool, databaseUrl, 'building');
  try {
    const upTo = await log.end();
    const indexes = await takeIndexesOff(pool, number);
    const onProgress = (loaded: Loaded): void => report({ step: 'load', loaded, upTo, seconds: seconds() });
    const loaded = await load({ log, pool, number, upTo, signal, onProgress });

    report({ step: 'index' });
    await buildIndexes(pool, indexes.keys);
    await buildIndexes(pool, indexes.indexes);
    await pool.query(`ANALYZE ${generationSchema(number)}.versions, ${generationSchema(number)}.commits`);

    report({ step: 'catch-up' });
    const projector = Projector.openBuilding(pool, log.identity, number, loaded);
    const catchUp = (sequence: number): Promise<void> => projectUpTo(log, projector, sequence, signal);
    await catchUp(await log.end());

    report({ step: 'switch' });
    await switchLive({ pool, log: log.identity, number, catchUp });
    report({ step: 'drop' });
    await dropOthers(pool);
    return { generation: number, sequence: projector.position.sequence, events: loaded.events, seconds: seconds() };
  } catch (error) {
    // Best effort: should this fail too, the next rebuild drops it.
    await dropOthers(pool).catch(() => undefined);
    throw error;
  }
};

const projectUpTo = async (
  log: RebuildOptions['log'],
  projector: Projector,
  upTo: number,
  signal: AbortSignal,
): Promise<void> => {
  const { sequence: after } = projector.position;
  for await (const batch of batchesOf(log, { after, upTo, limits: CATCH_UP_LIMITS, signal })) {
    const outcome = await projector.apply(batch);
    if (outcome === 'overtaken') throw new Error('somebody else changed the generation that is being built');
  }
};
