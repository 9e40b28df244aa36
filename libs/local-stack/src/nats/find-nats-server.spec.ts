import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

import { mirrorAmong } from '../debian-package.js';
import { findNatsServer, isNewEnough, NatsServerNotFoundError } from './find-nats-server.js';

describe('finding nats-server', () => {
  let folder: TemporaryFolder;
  const path = (...parts: string[]): string => join(folder.path, ...parts);
  const program = async (file: string, version: string): Promise<string> => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho "nats-server: v${version}"\n`);
    await chmod(file, 0o755);
    return file;
  };
  beforeAll(async () => {
    folder = await temporaryFolder('find');
    await program(path('old', 'nats-server'), '2.9.10');
    await program(path('good', 'nats-server'), '2.12.1');
    await program(path('cache', 'nats-server', 'nats-server'), '2.15.1');
  });
  afterAll(async () => {
    await folder?.remove();
  });
  const env = (...onPath: string[]) => ({
    HOLDFAST_CACHE: path('cache'),
    PATH: onPath.map((name) => path(name)).join(':'),
  });

  it('takes a good one on PATH, also behind one that is too old', async () => {
    expect(await findNatsServer({ env: env('old', 'good') })).toBe(path('good', 'nats-server'));
  });

  it('takes one fetched before when PATH has none that is new enough', async () => {
    expect(await findNatsServer({ env: env('old', 'absent') })).toBe(path('cache', 'nats-server', 'nats-server'));
  });

  it('takes the one it is told, and does not look further when that is no good', async () => {
    const told = (file: string) => ({ ...env('good'), HOLDFAST_NATS_SERVER: file });
    expect(await findNatsServer({ env: told(path('cache', 'nats-server', 'nats-server')) })).toBe(
      path('cache', 'nats-server', 'nats-server'),
    );
    await expect(findNatsServer({ env: told(path('old', 'nats-server')) })).rejects.toThrow(
      new NatsServerNotFoundError([`${path('old', 'nats-server')} is 2.9.10`]),
    );
    await expect(findNatsServer({ env: told('/nowhere/nats-server') })).rejects.toThrow(/does not exist/);
  });

  it('counts versions as numbers', () => {
    expect(['2.9.10', '2.11.9', '2.12.0', '2.15.1', '3.0.0', undefined].map(isNewEnough)).toEqual([
      false,
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});

describe("the machine's own Debian mirror", () => {
  it('is the one from which it gets the main component of its release', () => {
    const targets = [
      'DEP-11 bookworm main http://deb.debian.org/debian/',
      'Packages bookworm-security main http://deb.debian.org/debian-security/',
      'Packages bookworm main http://mirror.example/debian/',
    ].join('\n');
    expect(mirrorAmong(targets, 'bookworm')).toBe('http://mirror.example/debian/');
    expect(mirrorAmong(targets, 'trixie')).toBeUndefined();
  });
});
