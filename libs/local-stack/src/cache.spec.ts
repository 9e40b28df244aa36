import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

import { cacheFolder, fillOnce } from './cache.js';

/** No process has this id: it is beyond what Linux gives. */
const NOBODY = 2 ** 30;

describe('a folder that is filled once', () => {
  let home: TemporaryFolder;
  let filled: number;
  const target = (): string => join(home.path, 'program');
  const fill = async (scratch: string): Promise<void> => {
    filled += 1;
    await writeFile(join(scratch, 'content'), 'whole');
  };
  beforeEach(async () => {
    filled = 0;
    home = await temporaryFolder('cache');
  });
  afterEach(async () => {
    await home?.remove();
  });

  it('is filled by one of several who want it at the same time', async () => {
    await Promise.all([1, 2, 3].map(() => fillOnce(target(), fill)));
    expect(filled).toBe(1);
    expect(await readFile(join(target(), 'content'), 'utf8')).toBe('whole');
  });

  it('is filled although somebody died while filling it', async () => {
    await writeFile(`${target()}.lock`, String(NOBODY));
    await fillOnce(target(), fill);
    expect(await readdir(home.path)).toEqual(['program']);
  });

  it('is not there, and can be tried again, when filling failed', async () => {
    await expect(fillOnce(target(), () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect(await readdir(home.path)).toEqual([]);
    await fillOnce(target(), fill);
    expect(filled).toBe(1);
  });
});

describe("the cache's folder", () => {
  it('is named by HOLDFAST_CACHE, else lies in the cache folder of the user', () => {
    expect(cacheFolder({ HOLDFAST_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/holdfast');
    expect(cacheFolder({})).toMatch(/\/\.cache\/holdfast$/);
  });
});
