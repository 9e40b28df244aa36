/** Databases on a server, by its maintenance URL. */
import pg from 'pg';

const DUPLICATE_DATABASE = '42P04';

/** Makes the database unless it is there; resolves with its URL. */
export const createDatabase = async (serverUrl: string, name: string): Promise<string> => {
  await query(serverUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`).catch(ignoreDuplicate);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
};

/** Drops the database and ends whoever is connected to it. */
export const dropDatabase = (serverUrl: string, name: string): Promise<void> =>
  query(serverUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);

const query = async (url: string, sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

const ignoreDuplicate = (error: unknown): void => {
  if (!(error instanceof pg.DatabaseError) || error.code !== DUPLICATE_DATABASE) throw error;
};
