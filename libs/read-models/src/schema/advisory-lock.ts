import type { Pool, PoolClient } from 'pg';
import { withClient } from '../pool.js';

/** 'hold' in ASCII: our corner of the space of advisory locks. */
const HOLDFAST = 0x686f6c64;

export const locks = { migrate: 1, maintenance: 2 } as const;

/** Runs `work` while nobody else in the cluster holds the same lock; waits for it. */
export const withLock = <T>(pool: Pool, lock: number, work: (client: PoolClient) => Promise<T>): Promise<T> =>
  withClient(pool, async (client) => {
    await client.query('SELECT pg_advisory_lock($1, $2)', [HOLDFAST, lock]);
    return whileHeld(client, lock, work);
  });

/** Like `withLock`, but answers `undefined` at once when somebody holds it. */
export const withLockIfFree = <T>(
  pool: Pool,
  lock: number,
  work: (client: PoolClient) => Promise<T>,
): Promise<T | undefined> =>
  withClient(pool, async (client) => {
    const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS free', [
      HOLDFAST,
      lock,
    ]);
    return rows[0]?.free === true ? whileHeld(client, lock, work) : undefined;
  });

// A failure destroys the connection, and the server lets go of its locks.
const whileHeld = async <T>(client: PoolClient, lock: number, work: (client: PoolClient) => Promise<T>): Promise<T> => {
  const result = await work(client);
  await client.query('SELECT pg_advisory_unlock($1, $2)', [HOLDFAST, lock]);
  return result;
};
