import { rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { eventually, temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

import { layoutOf } from './site.js';
import { SiteFolder } from './site-folder.js';
import { SiteServers } from './site-servers.js';
import type { ServedSite } from './site-servers.js';

const LAYOUT = layoutOf([
  { path: 'index.html', content: 'hello' },
  { path: 'docs/index.html', content: 'docs' },
  { path: 'docs/a b.txt', content: 'a b' },
]);

describe('the servers of sites', () => {
  let home: TemporaryFolder;
  let site: ServedSite;
  let servers: SiteServers;
  const portOf = (url: string | undefined): number => Number(new URL(url ?? '').port);
  const get = (url: string | undefined, init: RequestInit = {}): Promise<Response> =>
    fetch(url ?? '', { ...init, headers: { connection: 'close' } });

  beforeEach(async () => {
    home = await temporaryFolder('sites');
    const folder = new SiteFolder(home.path, ['default', 'hello']);
    await folder.converge(LAYOUT, new AbortController().signal);
    site = { folder: folder.path, layout: LAYOUT, index: 'index.html' };
    servers = new SiteServers(60_000);
  });
  afterEach(async () => {
    await servers?.stop('hello');
    await servers?.stop('other');
    await home?.remove();
  });

  it.each([
    ['', 'hello'],
    ['index.html?v=1', 'hello'],
    ['docs', 'docs'],
    ['docs/', 'docs'],
    ['docs/a%20b.txt', 'a b'],
  ])('answer /%s with the declared file', async (path, content) => {
    const response = await get(`${await servers.serve('hello', site, {})}${path}`);
    expect([response.status, await response.text()]).toEqual([200, content]);
  });

  it.each(['nothing.html', '../other/index.html', '%2e%2e%2fother%2findex.html', '%', 'stranger.txt', 'docs/link.txt'])(
    'answer /%s with 404',
    async (path) => {
      await writeFile(join(site.folder, 'stranger.txt'), 'mine');
      await symlink(join(site.folder, 'index.html'), join(site.folder, 'docs/link.txt'));
      expect((await get(`${await servers.serve('hello', site, {})}${path}`)).status).toBe(404);
    },
  );

  it('read nothing through a link that took the place of a folder', async () => {
    const url = await servers.serve('hello', site, {});
    await rename(join(site.folder, 'docs'), join(home.path, 'moved'));
    await symlink(join(home.path, 'moved'), join(site.folder, 'docs'));
    expect((await get(`${url}docs/`)).status).toBe(404);
  });

  it('refuse everything but reading', async () => {
    const response = await get(await servers.serve('hello', site, {}), { method: 'POST', body: 'x' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('stay where they are when they are asked again, with the newest files', async () => {
    const url = await servers.serve('hello', site, {});
    const layout = layoutOf([{ path: 'docs/index.html', content: 'docs' }]);
    expect(await servers.serve('hello', { ...site, layout }, {})).toBe(url);
    expect((await get(url)).status).toBe(404);
  });

  it('take the port of before again, and another one when it is taken', async () => {
    const before = portOf(await servers.serve('hello', site, {}));
    expect(portOf(await servers.serve('other', site, { before }))).not.toBe(before);
    await servers.stop('hello');
    await servers.stop('other');
    expect(portOf(await servers.serve('hello', site, { before }))).toBe(before);
  });

  it('do not answer elsewhere when the port that was asked for is taken', async () => {
    const wanted = portOf(await servers.serve('hello', site, {}));
    expect(await servers.serve('other', site, { wanted })).toBeUndefined();
    await servers.stop('hello');
    expect(portOf(await servers.serve('other', site, { wanted }))).toBe(wanted);
  });

  it('move when another port is asked for', async () => {
    const free = portOf(await servers.serve('other', site, {}));
    await servers.stop('other');
    const url = await servers.serve('hello', site, {});
    expect(portOf(await servers.serve('hello', site, { wanted: free }))).toBe(free);
    await expect(get(url)).rejects.toThrow('fetch failed');
  });

  it('close by themselves when nobody asks for them any more', async () => {
    servers = new SiteServers(50);
    const url = await servers.serve('hello', site, {});
    await eventually(async () => (await get(url).catch(() => undefined)) === undefined);
  });
});
