import type { HealthRegistry } from '@holdfast/nest-platform';
import pg from 'pg';

const TIMEOUT_MS = 2_000;

/** Adds the check `postgres`. Writes go on without it; rows wait. */
export const watchPostgres = (url: string, health: HealthRegistry): void => {
  health.add('postgres', async () => {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
    } finally {
      await client.end();
    }
  });
};
