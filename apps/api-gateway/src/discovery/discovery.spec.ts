import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { coreKinds, presets, startWire, workspaces } from '../http/wire.fixtures.js';
import type { TestWire } from '../http/wire.fixtures.js';
import { compareVersions } from './version-order.js';

let wire: TestWire;

beforeAll(async () => {
  wire = await startWire();
});

afterAll(async () => {
  await wire?.close();
});

const get = async (url: string, headers: Record<string, string> = {}) => wire.request({ method: 'GET', url, headers });
const aggregated = (version: string) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`;
const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const ours = { group: 'holdfast.dev', version: 'v1' };

describe('legacy discovery', () => {
  it('of the core group', async () => {
    expect((await get('/api')).json()).toEqual({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [],
    });
  });

  it('of the groups: built-in ones first, versions in the order of preference', async () => {
    const group = (name: string, ...versions: string[]) => {
      const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
      return { name, versions: entries, preferredVersion: entries[0] };
    };
    expect((await get('/apis')).json()).toEqual({
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [
        group('authentication.k8s.io', 'v1'),
        group('authorization.k8s.io', 'v1'),
        group('holdfast.dev', 'v1'),
        group('inventory.holdfast.dev', 'v1', 'v1beta1'),
      ],
    });
    expect((await get('/apis/inventory.holdfast.dev')).json()).toEqual({
      kind: 'APIGroup',
      apiVersion: 'v1',
      ...group('inventory.holdfast.dev', 'v1', 'v1beta1'),
    });
  });

  it('of one version: each resource before its subresources', async () => {
    expect((await get('/apis/inventory.holdfast.dev/v1')).json()).toEqual({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'inventory.holdfast.dev/v1',
      resources: [
        { name: 'racks', singularName: 'rack', namespaced: true, kind: 'Rack', verbs: allVerbs, categories: ['all'] },
        { name: 'racks/history', singularName: '', namespaced: true, ...ours, kind: 'History', verbs: ['get'] },
        { name: 'racks/rollback', singularName: '', namespaced: true, ...ours, kind: 'Rollback', verbs: ['create'] },
        { name: 'racks/status', singularName: '', namespaced: true, kind: 'Rack', verbs: ['get', 'patch', 'update'] },
        { name: 'racks/why', singularName: '', namespaced: true, ...ours, kind: 'Explanation', verbs: ['get'] },
      ],
    });
    const core = (await get('/api/v1')).json<{ resources: { name: string }[] }>();
    expect(core.resources.map(({ name }) => name)).toEqual([
      'configmaps',
      'configmaps/history',
      'configmaps/rollback',
      'configmaps/why',
      'namespaces',
      'namespaces/finalize',
      'namespaces/history',
      'namespaces/rollback',
      'namespaces/status',
      'namespaces/why',
    ]);
  });
});

describe('aggregated discovery', () => {
  it.each(['v2', 'v2beta1'])('%s says in its Content-Type what it is', async (version) => {
    const answer = await get('/apis', { accept: aggregated(version) });
    expect(answer.headers['content-type']).toBe(
      `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    );
    expect(answer.json()).toMatchObject({ apiVersion: `apidiscovery.k8s.io/${version}` });
  });

  it('has every resource of every group in one document', async () => {
    const rack = { version: 'v1', kind: 'Rack', group: 'inventory.holdfast.dev' };
    const { items } = (await get('/apis', { accept: aggregated('v2') })).json<{ items: unknown[] }>();
    expect(items).toHaveLength(4);
    expect(items[3]).toMatchObject({
      metadata: { name: 'inventory.holdfast.dev' },
      versions: [
        {
          version: 'v1',
          freshness: 'Current',
          resources: [
            {
              resource: 'racks',
              responseKind: rack,
              scope: 'Namespaced',
              singularResource: 'rack',
              verbs: allVerbs,
              categories: ['all'],
              subresources: [
                { subresource: 'history', responseKind: { ...ours, kind: 'History' }, verbs: ['get'] },
                { subresource: 'rollback', responseKind: { ...ours, kind: 'Rollback' }, verbs: ['create'] },
                { subresource: 'status', responseKind: rack, verbs: ['get', 'patch', 'update'] },
                { subresource: 'why', responseKind: { ...ours, kind: 'Explanation' }, verbs: ['get'] },
              ],
            },
          ],
        },
        { version: 'v1beta1', freshness: 'Current' },
      ],
    });
    const core = (await get('/api', { accept: aggregated('v2') })).json<{ items: { metadata: object }[] }>();
    expect(core.items.map(({ metadata }) => metadata)).toEqual([{}]);
  });

  it('falls back to the legacy form for who asks for nothing else that we have', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json';
    expect((await get('/apis', { accept })).json()).toMatchObject({ kind: 'APIGroupList' });
    expect((await get('/apis', { accept: 'application/yaml' })).statusCode).toBe(406);
  });
});

describe('OpenAPI', () => {
  interface Index {
    readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
  }

  const index = async () => (await get('/openapi/v3')).json<Index>();

  it('has a document for every served group-version, under an address that changes with it', async () => {
    const { paths } = await index();
    expect(Object.keys(paths)).toEqual([
      'api/v1',
      'apis/inventory.holdfast.dev/v1',
      'apis/inventory.holdfast.dev/v1beta1',
    ]);
    const address = paths['apis/inventory.holdfast.dev/v1']?.serverRelativeURL ?? '';
    expect(address).toMatch(/^\/openapi\/v3\/apis\/inventory\.holdfast\.dev\/v1\?hash=[0-9A-F]{64}$/);

    const document = await get(address, { accept: 'application/json' });
    expect(document.headers['cache-control']).toContain('immutable');
    expect(document.json()).toMatchObject({ openapi: '3.0.0' });
    const unpinned = await get('/openapi/v3/apis/inventory.holdfast.dev/v1?hash=OLD');
    expect(unpinned.headers['cache-control']).toBe('no-cache, private');
  });

  it('lets a PATCH of every kind name fieldValidation, which kubectl looks for', async () => {
    const { paths } = (await get('/openapi/v3/api/v1')).json<{ paths: Record<string, { patch?: object }> }>();
    expect(JSON.stringify(paths['/api/v1/namespaces/{name}']?.patch)).toContain('"fieldValidation"');
  });

  it.each(['/openapi/v3/apis/unknown.dev/v1', '/openapi/v3/', '/openapi/v2'])('%s does not exist', async (url) => {
    expect((await get(url)).statusCode).toBe(404);
  });
});

describe('subresources of one kind', () => {
  const V1 = '/apis/prebuilds.holdfast.dev/v1';
  let pools: TestWire;

  beforeAll(async () => {
    pools = await startWire([...coreKinds, presets, workspaces]);
  });
  afterAll(async () => {
    await pools?.close();
  });

  const json = async <T>(url: string): Promise<T> => (await pools.request({ method: 'GET', url })).json<T>();

  it('are listed with their verbs and what they answer, as every other', async () => {
    const { resources } = await json<{ resources: { name: string }[] }>(V1);
    const found = (name: string) => resources.find((resource) => resource.name === name);
    expect(found('presets/claim')).toEqual({
      name: 'presets/claim',
      singularName: '',
      namespaced: true,
      ...ours,
      kind: 'ClaimResult',
      verbs: ['create'],
    });
    expect(found('presets/scale')).toMatchObject({ kind: 'Scale', verbs: ['get', 'patch', 'update'] });
    expect(found('workspaces/log')).toMatchObject({ kind: 'Workspace', verbs: ['get'] });
    expect([found('workspaces/claim'), found('presets/log')]).toEqual([undefined, undefined]);
  });

  it('are described for clients that are generated, with all that they refer to', async () => {
    const document = await json<{
      paths: Record<string, { get?: object; post?: object; parameters?: { name: string }[] }>;
      components: { schemas: Record<string, { properties?: object }> };
    }>(`/openapi/v3${V1}`);
    const claim = document.paths[`${V1}/namespaces/{namespace}/presets/{name}/claim`];
    expect(Object.keys(claim ?? {})).toEqual(['post', 'parameters']);
    expect(claim?.parameters?.map(({ name }) => name)).toEqual(['name', 'namespace']);
    expect(claim?.post).toMatchObject({
      operationId: 'claimPrebuildsHoldfastDevV1PresetClaim',
      requestBody: {
        content: { 'application/json': { schema: { $ref: '#/components/schemas/dev.holdfast.v1.ClaimRequest' } } },
      },
      responses: {
        '201': {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/dev.holdfast.v1.ClaimResult' } } },
        },
      },
    });
    const { schemas } = document.components;
    expect(Object.keys(schemas['dev.holdfast.v1.ClaimRequest']?.properties ?? {})).toEqual([
      'name',
      'owner',
      'waitSeconds',
      'parameters',
    ]);

    const log = document.paths[`${V1}/namespaces/{namespace}/workspaces/{name}/log`];
    expect(log?.get).toMatchObject({
      parameters: [{ name: 'build' }, { name: 'follow' }],
      responses: { '200': { content: { 'text/plain': { schema: { type: 'string' } } } } },
    });

    const unknown = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)]
      .map(([, name]) => name ?? '')
      .filter((name) => schemas[name] === undefined);
    // The kind of claims is not among those of this wire.
    expect(new Set(unknown)).toEqual(new Set(['dev.holdfast.prebuilds.v1.WorkspaceClaim']));
  });
});

describe('a document', () => {
  it('that the client has already is not sent again', async () => {
    const first = await get('/apis', { accept: aggregated('v2') });
    const again = await get('/apis', { accept: aggregated('v2'), 'if-none-match': String(first.headers.etag) });
    expect(first.headers.vary).toBe('Accept');
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe('');
  });
});

describe('versions', () => {
  it('stand in the order of preference', () => {
    const versions = 'foo10 foo1 v11alpha2 v12alpha1 v3beta1 v10beta3 v11beta2 v1 v2 v10'.split(' ');
    expect(versions.sort(compareVersions)).toEqual(
      'v10 v2 v1 v11beta2 v10beta3 v3beta1 v12alpha1 v11alpha2 foo1 foo10'.split(' '),
    );
  });

  it('/version is made of integers, as clients parse it', async () => {
    const version = (await get('/version')).json<Record<string, string>>();
    expect(version['major']).toMatch(/^\d+$/);
    expect(version['minor']).toMatch(/^\d+$/);
    expect(version['gitVersion']).toMatch(/^v1\.\d+\.0\+holdfast-/);
  });
});
