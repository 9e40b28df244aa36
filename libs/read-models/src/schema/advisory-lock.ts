import type { Pool, PoolClient } from 'pg';
import { withClient } from '../pool.js';

/** 'hold' in ASCII: our corner of the space of advisory locks. */
const HOLDFAST = 0x686f6c64;

const LOCKS = { migrate: 1, maintenance: 2 } as const;

/** Runs `work` while nobody else makes tables in this database; waits for whoever does. */
export const withMigrationLock = <T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> =>
  withClient(pool, async (client) => {
    await client.query('SELECT pg_advisory_lock($1, $2)', [HOLDFAST, LOCKS.migrate]);
    return whileHeld(client, LOCKS.migrate, () => work(client));
  });

/** Thrown when the work that only one process may do at a time is already being done. */
export class MaintenanceRunning extends Error {
  override readonly name = 'MaintenanceRunning';

  constructor() {
    super('another rebuild or verify is running on this database');
  }
}

/** Like `withMigrationLock` for rebuild and verify, but throws MaintenanceRunning instead of waiting for the other one. */
export const withMaintenanceLock = <T>(pool: Pool, work: () => Promise<T>): Promise<T> =>
  withClient(pool, async (client) => {
    const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS free', [
      HOLDFAST,
      LOCKS.maintenance,
    ]);
    if (rows[0]?.free !== true) throw new MaintenanceRunning();
    return whileHeld(client, LOCKS.maintenance, work);
  });

// A failure destroys the connection, and the server lets go of its locks.
const whileHeld = async <T>(client: PoolClient, lock: number, work: () => Promise<T>): Promise<T> => {
  const result = await work();
  await client.query('SELECT pg_advisory_unlock($1, $2)', [HOLDFAST, lock]);
  return result;
};
