/**
 *                 nobody projects            overtaken
 *   standing by ──────────────────► working ───────────► standing by
 *        ▲                             │
 *        └── back-off ◄── PostgreSQL is away, or refuses ──┘
 */
import type { CommitLog } from '@holdfast/log';
import { checkPosition, LogUnavailableError } from '@holdfast/log';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Pool } from 'pg';
import { openPool } from '../pool.js';
import { migrate } from '../schema/migrate.js';
import { CommitQueue } from './commit-queue.js';
import { pause, Presence, untilNobodyProjects } from './presence.js';
import { Projector } from './projector.js';

/** What a projector tells about itself; health and metrics are made of it. */
export type ProjectorReport =
  | { readonly status: 'standing-by' }
  | { readonly status: 'working'; readonly sequence: number }
  | {
      readonly status: 'projected';
      readonly sequence: number;
      readonly events: number;
      readonly durationMs: number;
      /** From the log's time of the oldest commit in the batch until its rows were visible. */
      readonly lagMs: number;
    }
  | { readonly status: 'waiting'; readonly problem: Error; readonly retryMs: number };

export interface ProjectorOptions {
  readonly log: Pick<CommitLog, 'identity' | 'end' | 'follow'>;
  readonly databaseUrl: string;
  readonly nc: NatsConnection;
  readonly signal: AbortSignal;
  readonly report: (report: ProjectorReport) => void;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 1_000;

/**
 * Keeps the read models at the log's end until the signal is aborted. Any number may run: one works, the others
 * stand by. PostgreSQL may come and go; what cannot be cured by waiting (another log, a gap in it, a commit that
 * this build cannot read) is thrown.
 */
export const runProjector = async (options: ProjectorOptions): Promise<void> => {
  const { nc, signal, report, databaseUrl } = options;
  const pool = openPool({
    url: databaseUrl,
    name: 'holdfast-projector',
    size: 2,
    settings: {
      // What a crash of PostgreSQL takes is projected again, so there is no disk to wait for.
      synchronous_commit: 'off',
      // Prepared while the tables are empty, its one statement must do for full ones: always by the keys.
      plan_cache_mode: 'force_generic_plan',
      enable_hashjoin: 'off',
      enable_mergejoin: 'off',
      enable_seqscan: 'off',
    },
  });
  let retryMs = FIRST_RETRY_MS;
  try {
    while (!signal.aborted) {
      report({ status: 'standing-by' });
      await untilNobodyProjects(nc, signal);
      if (signal.aborted) return;
      const problem = await work(options, pool, () => (retryMs = FIRST_RETRY_MS));
      if (problem === undefined) continue;
      report({ status: 'waiting', problem, retryMs });
      await pause(retryMs, signal);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  } finally {
    await pool.end();
  }
};

/** Projects until overtaken or stopped, or until the database fails: that failure is the answer. */
const work = async (options: ProjectorOptions, pool: Pool, succeeded: () => void): Promise<Error | undefined> => {
  const { log, databaseUrl, signal } = options;
  const projector = await attempt(async () => {
    await migrate(databaseUrl);
    return Projector.openLive(pool, log.identity);
  });
  if (projector instanceof Error) return projector;
  const end = await attempt(() => log.end());
  if (end instanceof LogUnavailableError) return end;
  if (end instanceof Error) throw end;
  checkPosition(log.identity, end, { ...projector.log, sequence: projector.position.sequence });
  options.report({ status: 'working', sequence: projector.position.sequence });
  succeeded();

  const ending = new AbortController();
  const stop = (): void => ending.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const queue = new CommitQueue(ending.signal, () => performance.now());
  const reading = fill(queue, log.follow({ after: projector.position.sequence, signal: ending.signal }));
  // A log that cannot be read ends the work; `reading` then says why.
  reading.catch(stop);
  const presence = new Presence(
    options.nc,
    () => projector.position,
    () => queue.hurry(),
  );
  try {
    return await drain(queue, projector, () => presence.announce(), options);
  } finally {
    presence.leave();
    stop();
    signal.removeEventListener('abort', stop);
    await reading;
  }
};

const fill = async (queue: CommitQueue, commits: ReturnType<CommitLog['follow']>): Promise<void> => {
  for await (const commit of commits) await queue.put(commit);
};

const drain = async (
  queue: CommitQueue,
  projector: Projector,
  announce: () => void,
  { report }: ProjectorOptions,
): Promise<Error | undefined> => {
  for (;;) {
    const batch = await queue.take();
    if (batch === undefined) return undefined;
    const started = performance.now();
    const outcome = await attempt(() => projector.apply(batch));
    if (outcome instanceof Error) return outcome;
    if (outcome === 'overtaken') return undefined;
    announce();
    report({
      status: 'projected',
      sequence: projector.position.sequence,
      events: batch.reduce((sum, { events }) => sum + events.length, 0),
      durationMs: performance.now() - started,
      lagMs: Date.now() - batch[0].timestamp,
    });
  }
};

/** Turns a failure of the database into a value: it is expected, and to be waited out. */
const attempt = async <T>(step: () => Promise<T>): Promise<T | Error> => {
  try {
    return await step();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};
