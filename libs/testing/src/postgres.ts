/**
 * Real PostgreSQL for spec files: one server per Jest worker, started by the first file that asks and stopped when the
 * worker ends; an empty database per call.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createDatabase, dropDatabase, isAlive, removeWhenGone, startPostgresServer } from '@holdfast/local-stack';
import type { PostgresServer } from '@holdfast/local-stack';

import { temporaryFolder } from './temporary-folder.js';

export interface TestDatabase {
  readonly url: string;
  /** Another empty database on the same server, dropped together with this one. */
  createDatabase(): Promise<string>;
  /** Drops the databases; the server stays for the next spec file. */
  close(): Promise<void>;
}

export interface TestPostgres extends PostgresServer {
  /** The URL of the database made for the test. */
  readonly databaseUrl: string;
  /** Stops the server and removes its data. */
  close(): Promise<void>;
}

/** An empty database on the server that this Jest worker shares; do not stop or pause that server. */
export const startPostgres = async (): Promise<TestDatabase> => {
  const { serverUrl } = await sharedServer();
  const made: string[] = [];
  const create = async (): Promise<string> => {
    const name = `test_${randomBytes(6).toString('hex')}`;
    made.push(name);
    return createDatabase(serverUrl, name);
  };
  return {
    url: await create(),
    createDatabase: create,
    close: async () => {
      for (const name of made.splice(0)) await dropDatabase(serverUrl, name);
    },
  };
};

/** A server of the test's own, to be stopped, killed and paused. */
export const startOwnPostgres = async (): Promise<TestPostgres> => {
  const folder = await temporaryFolder('postgres');
  const server = await startPostgresServer({ dir: folder.path, password: 'test', durable: false });
  const databaseUrl = await server.createDatabase('test');
  const close = async (): Promise<void> => {
    await server.stop();
    await folder.remove();
  };
  return Object.assign(server, { databaseUrl, close });
};

interface SharedServer {
  readonly serverUrl: string;
  readonly pid: number;
}

let shared: Promise<SharedServer> | undefined;

// Each spec file has its own copy of this module; what a worker's files share is its process id, hence a file named so.
const sharedServer = (): Promise<SharedServer> => (shared ??= joinOrStart());

const joinOrStart = async (): Promise<SharedServer> => {
  const note = join(tmpdir(), `holdfast-test-postgres-of-${process.pid}.json`);
  const known = await readNote(note);
  if (known !== undefined && isAlive(known.pid)) return known;

  const folder = await temporaryFolder('postgres');
  const server = await startPostgresServer({ dir: folder.path, password: 'test', durable: false });
  const started = { serverUrl: server.url(), pid: server.pid };
  await writeFile(note, JSON.stringify(started), { mode: 0o600 });
  removeWhenGone(note);
  return started;
};

const readNote = async (note: string): Promise<SharedServer | undefined> => {
  const text = await readFile(note, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as SharedServer);
};
