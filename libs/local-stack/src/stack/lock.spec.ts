import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

import { readJson, writeJson } from './files.js';
import { AlreadyRunningError, takeLock } from './lock.js';

describe('the lock of a folder', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder('lock');
  });
  afterEach(async () => {
    await folder?.remove();
  });

  it('is had by one at a time', async () => {
    const lock = await takeLock(folder.path);
    await expect(takeLock(folder.path)).rejects.toEqual(new AlreadyRunningError(folder.path, process.pid));
    await lock.release();
    await (await takeLock(folder.path)).release();
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('names the processes that run, and forgets those that have ended', async () => {
    const lock = await takeLock(folder.path);
    const ended = spawn(process.execPath, ['-e', '']);
    await lock.note(ended.pid ?? 0);
    await once(ended, 'close');
    await lock.note(process.pid);
    expect(await readJson(join(folder.path, 'lock.json'))).toMatchObject({ children: [{ pid: process.pid }] });
    await lock.release();
  });

  it('of a process that has ended is taken over, by one of several', async () => {
    const ended = { pid: process.pid, started: 'before the last boot' };
    await writeJson(join(folder.path, 'lock.json'), { owner: ended, children: [ended] });
    const results = await Promise.allSettled([1, 2, 3].map(() => takeLock(folder.path)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
