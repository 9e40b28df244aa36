import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import { workspace } from './racks.fixtures.js';

const SITES = '/apis/sites.holdfast.dev/v1/namespaces/default/staticsites';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const manifest = async (name: string): Promise<object> => {
  const text = await readFile(join(workspace, 'examples', 'static-site', 'manifests', name), 'utf8');
  return parseAllDocuments(text)[0]?.toJS() as object;
};

const site = (name: string, spec: object): object => ({
  apiVersion: 'sites.holdfast.dev/v1',
  kind: 'StaticSite',
  metadata: { name },
  spec,
});

const page = (content: string): object => ({ path: 'index.html', content });

interface SiteStatus {
  readonly url?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
}

describe('the static site example', () => {
  let test: TestStack;
  let client: GatewayClient;
  const inFolder = (name: string, path = ''): string => join(test.dir, 'sites', 'default', name, path);
  const statusOf = async (name: string): Promise<SiteStatus> =>
    (await client.get(`${SITES}/${name}`)).status as SiteStatus;
  /** Resolves with its address once its newest declaration is served. */
  const served = (name: string): Promise<string> =>
    eventually(async () => {
      const { metadata, status = {} } = await client.get(`${SITES}/${name}`);
      const { url = '', conditions = [] } = status as SiteStatus;
      const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
      return status['observedGeneration'] === metadata.generation && isReady && url;
    });
  const fetched = async (url: string): Promise<string> => {
    const response = await fetch(url, { headers: { connection: 'close' } });
    return response.ok ? response.text() : `status ${response.status}`;
  };
  const becomes = (path: string, content: string): Promise<boolean> =>
    eventually(async () => (await readFile(path, 'utf8')) === content);

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await client.create(CRDS, await manifest('1-kind.yaml'));
    await eventually(async () => (await client.send('GET', SITES)).code === 200);
    await client.create(SITES, await manifest('2-site.yaml'));
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  it('writes a folder and serves it where the status says', async () => {
    const url = await served('hello');
    expect(await fetched(url)).toContain('<h1>Hello from Holdfast</h1>');
    expect(await fetched(`${url}css/site.css`)).toContain('sans-serif');
    expect((await readdir(inFolder('hello'), { recursive: true })).sort()).toEqual([
      'css',
      'css/site.css',
      'index.html',
    ]);
  });

  it('puts right what was edited, deleted and added', async () => {
    const index = await readFile(inFolder('hello', 'index.html'), 'utf8');
    await writeFile(inFolder('hello', 'index.html'), 'defaced');
    await rm(inFolder('hello', 'css'), { recursive: true });
    await mkdir(inFolder('hello', 'more'));
    await writeFile(inFolder('hello', 'more/stranger.txt'), 'mine');
    await becomes(inFolder('hello', 'index.html'), index);
    await eventually(async () => (await readdir(inFolder('hello'))).sort().join() === 'css,index.html');
    expect(await fetched(await served('hello'))).toBe(index);
  });

  it('writes no status while nothing changes', async () => {
    const before = await client.get(`${SITES}/hello`);
    await writeFile(inFolder('hello', 'stranger.txt'), 'mine');
    await eventually(() =>
      access(inFolder('hello', 'stranger.txt')).then(
        () => false,
        () => true,
      ),
    );
    expect(await client.get(`${SITES}/hello`)).toEqual(before);
  });

  it('follows its declaration', async () => {
    const url = await served('hello');
    await client.mergePatch(`${SITES}/hello`, { spec: { files: [page('new')] } });
    expect(await fetched(await served('hello'))).toBe('new');
    expect(await served('hello')).toBe(url);
    expect(await readdir(inFolder('hello'))).toEqual(['index.html']);
  });

  it('is at the same address after its reconciler was killed, with what was broken meanwhile put right', async () => {
    const url = await served('hello');
    const before = test.pid('reconciler');
    process.kill(before, 'SIGKILL');
    await writeFile(inFolder('hello', 'index.html'), 'defaced');
    await becomes(inFolder('hello', 'index.html'), 'new');
    await eventually(async () => (await fetched(url)) === 'new');
    expect(test.pid('reconciler')).not.toBe(before);
    expect(await served('hello')).toBe(url);
  });

  it('waits while the port that it asks for is taken, and says so', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await client.create(SITES, site('taken', { files: [page('mine')], port }));
    await eventually(async () => {
      const { url, conditions } = await statusOf('taken');
      return url === '' && conditions?.[0]?.reason === 'PortTaken';
    });
    await new Promise((resolve) => other.close(resolve));
    expect(await served('taken')).toBe(`http://127.0.0.1:${port}/`);
    expect(await fetched(await served('taken'))).toBe('mine');
  });

  it('is stalled when a path is a file and a folder at once, until that is changed', async () => {
    const files = [page('a'), { path: 'index.html/b', content: 'b' }];
    await client.create(SITES, site('torn', { files }));
    await eventually(async () => (await statusOf('torn')).conditions?.[0]?.reason === 'PathConflict');
    await client.mergePatch(`${SITES}/torn`, { spec: { files: [page('whole')] } });
    expect(await fetched(await served('torn'))).toBe('whole');
  });

  it.each([
    ['goes up', { files: [page(''), { path: '../other', content: '' }] }, 'spec.files[1].path'],
    ['goes up in the middle', { files: [{ path: 'a/../../b', content: '' }] }, 'spec.files[0].path'],
    ['is absolute', { files: [{ path: '/etc/passwd', content: '' }] }, 'spec.files[0].path'],
    ['has a part without a name', { files: [{ path: 'a//b', content: '' }] }, 'spec.files[0].path'],
    ['is hidden', { files: [{ path: '.htaccess', content: '' }] }, 'spec.files[0].path'],
    ['has backslashes', { files: [{ path: 'a\\b', content: '' }] }, 'spec.files[0].path'],
    ['has a line break', { files: [{ path: 'a\n', content: '' }] }, 'spec.files[0].path'],
    ['is there twice', { files: [page('a'), page('b')] }, 'spec.files[1]'],
    ['is an index in a folder', { files: [page('')], index: '../index.html' }, 'spec.index'],
    ['is not there', { files: [] }, 'spec.files'],
    ['is served at a port of the system', { files: [page('')], port: 80 }, 'spec.port'],
  ])('a path that %s is refused, by the name of its field', async (_, spec, field) => {
    const { code, body } = await client.send('POST', SITES, { body: site('bad', spec) });
    expect(code).toBe(422);
    const { causes } = (body as { details: { causes: readonly { field: string }[] } }).details;
    expect(causes.map((cause) => cause.field)).toContain(field);
  });

  it('is gone, folder and server, before its object is', async () => {
    const url = await served('hello');
    await client.delete(`${SITES}/hello`);
    await eventually(async () => (await client.send('GET', `${SITES}/hello`)).code === 404);
    await expect(fetched(url)).rejects.toThrow('fetch failed');
    await expect(access(inFolder('hello'))).rejects.toThrow('ENOENT');
    expect(await fetched(await served('torn'))).toBe('whole');
  });
});
