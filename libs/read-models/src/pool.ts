import { Pool, types } from 'pg';
import type { CustomTypesConfig, PoolClient } from 'pg';

const INT8 = 20;

// Versions and sequences stay far below 2^53, so they are numbers here, not the strings that pg makes of them.
const numericVersions: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((value: string) => unknown) =>
    oid === INT8 ? Number : (types.getTypeParser(oid, format) as (value: string) => unknown),
};

export interface PoolOptions {
  readonly url: string;
  /** Shown by PostgreSQL in pg_stat_activity. */
  readonly name: string;
  readonly size?: number;
  /** PostgreSQL's own, for each connection. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A pool of connections that fails within seconds when PostgreSQL is away, and recovers by itself. */
export const openPool = ({ url, name, size = 10, settings = {} }: PoolOptions): Pool => {
  const pool = new Pool({
    connectionString: url,
    application_name: name,
    max: size,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: numericVersions,
    // Compiling a statement takes longer than running any of ours.
    options: Object.entries({ jit: 'off', timezone: 'UTC', ...settings })
      .map(([setting, value]) => `-c ${setting}=${value}`)
      .join(' '),
  });
  // An idle connection that breaks is replaced with the next query, whose failure is the one to report.
  pool.on('error', () => undefined);
  return pool;
};

/** Runs `work` on one connection of its own; a connection that failed is not used again. */
export const withClient = async <T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> => {
  const client = await pool.connect();
  // Without a listener a connection that breaks between two statements would end the process.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  try {
    const result = await work(client);
    client.off('error', ignore);
    client.release();
    return result;
  } catch (error) {
    client.off('error', ignore);
    client.release(true);
    throw error;
  }
};
