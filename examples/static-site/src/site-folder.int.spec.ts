import { lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

import { layoutOf } from './site.js';
import { SiteFolder } from './site-folder.js';

const LAYOUT = layoutOf([
  { path: 'index.html', content: 'hello' },
  { path: 'css/site.css', content: 'h1 {}' },
]);
const going = new AbortController().signal;

describe('the folder of a site', () => {
  let home: TemporaryFolder;
  let folder: SiteFolder;
  const inFolder = (path: string): string => join(folder.path, path);
  const outside = (name: string): string => join(home.path, name);
  const everything = async (): Promise<readonly string[]> => (await readdir(folder.path, { recursive: true })).sort();

  beforeEach(async () => {
    home = await temporaryFolder('sites');
    folder = new SiteFolder(join(home.path, 'sites'), ['default', 'hello']);
    expect(await folder.converge(LAYOUT, going)).toBe(2);
  });
  afterEach(async () => {
    await home?.remove();
  });

  it('holds the declared files and nothing else', async () => {
    expect(await everything()).toEqual(['css', 'css/site.css', 'index.html']);
    expect(await readFile(inFolder('css/site.css'), 'utf8')).toBe('h1 {}');
  });

  it('is not written again while nothing differs', async () => {
    const { ino } = await lstat(inFolder('index.html'));
    expect(await folder.converge(LAYOUT, going)).toBe(0);
    expect((await lstat(inFolder('index.html'))).ino).toBe(ino);
  });

  it('is put right after files were edited, deleted and added', async () => {
    await writeFile(inFolder('index.html'), 'HELLO');
    await rm(inFolder('css'), { recursive: true });
    await mkdir(inFolder('more'));
    await writeFile(inFolder('more/notes.txt'), 'mine');
    expect(await folder.converge(LAYOUT, going)).toBe(3);
    expect(await everything()).toEqual(['css', 'css/site.css', 'index.html']);
    expect(await readFile(inFolder('index.html'), 'utf8')).toBe('hello');
  });

  it('follows no link: neither at a file, nor at a folder, nor at itself', async () => {
    await mkdir(outside('victim'));
    await writeFile(outside('victim/site.css'), 'precious');
    await rm(inFolder('index.html'));
    await symlink(outside('victim/site.css'), inFolder('index.html'));
    await rm(inFolder('css'), { recursive: true });
    await symlink(outside('victim'), inFolder('css'));
    await folder.converge(LAYOUT, going);

    await rename(folder.path, outside('moved'));
    await symlink(outside('victim'), folder.path);
    await folder.converge(LAYOUT, going);

    expect(await everything()).toEqual(['css', 'css/site.css', 'index.html']);
    expect(await readdir(outside('victim'))).toEqual(['site.css']);
    expect(await readFile(outside('victim/site.css'), 'utf8')).toBe('precious');
  });

  it('goes with all that is in it, and nothing beside it', async () => {
    const neighbour = new SiteFolder(join(home.path, 'sites'), ['default', 'neighbour']);
    await neighbour.converge(LAYOUT, going);
    await symlink(outside('sites/default/neighbour'), inFolder('link'));
    await folder.remove();
    await folder.remove();
    expect(await readdir(outside('sites/default'))).toEqual(['neighbour']);
    expect(await readdir(neighbour.path)).toEqual(['css', 'index.html']);
  });

  it('is not removed through a link in the place of its namespace', async () => {
    await rename(outside('sites/default'), outside('moved'));
    await symlink(outside('moved'), outside('sites/default'));
    await folder.remove();
    expect(await readdir(outside('moved/hello'))).toEqual(['css', 'index.html']);
  });

  it('is not touched any more once the run is over', async () => {
    await rm(inFolder('index.html'));
    await expect(folder.converge(LAYOUT, AbortSignal.abort())).rejects.toThrow('aborted');
    expect(await everything()).toEqual(['css', 'css/site.css']);
  });
});
