import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { makeRepository } from './repository.js';

const run = promisify(execFile);

describe('the repository of the example', () => {
  let dir: string;
  let folder: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dev-environment-'));
    folder = join(dir, 'repositories', 'hello-web');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('can be cloned, and holds the project', async () => {
    const address = await makeRepository(folder);
    await run('git', ['clone', '--quiet', '--depth', '1', address, join(dir, 'clone')]);
    expect((await readdir(join(dir, 'clone'))).sort()).toEqual([
      '.git',
      'package-lock.json',
      'package.json',
      'page.html',
      'server.js',
    ]);
  });

  it('is left as people have changed it', async () => {
    await makeRepository(folder);
    await writeFile(join(folder, 'page.html'), 'changed');
    await makeRepository(folder);
    expect(await readFile(join(folder, 'page.html'), 'utf8')).toBe('changed');
  });

  it('needs git, and says so', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = dir;
    try {
      await expect(makeRepository(folder)).rejects.toThrow('git is not installed');
    } finally {
      process.env['PATH'] = PATH;
    }
    expect(await readdir(join(dir, 'repositories'))).toEqual([]);
  });

  it('is there whole or not at all', async () => {
    await expect(makeRepository(folder, join(dir, 'nothing'))).rejects.toThrow('nothing');
    expect(await readdir(join(dir, 'repositories'))).toEqual([]);
  });
});
