import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';

import { coreKinds, presets, startWire } from '../http/wire.fixtures.js';
import type { TestWire } from '../http/wire.fixtures.js';

const GROUP = '/apis/prebuilds.holdfast.dev/v1';
const SCALE = `${GROUP}/namespaces/lab/presets/web/scale`;

const stored = {
  metadata: { name: 'web', namespace: 'lab', uid: 'u', resourceVersion: '5', labels: { a: 'b' } },
  spec: { slots: 3 },
  status: { filled: 2 },
};
const { labels: _, ...identity } = stored.metadata;
const scale = {
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: identity,
  spec: { replicas: 3 },
  status: { replicas: 2 },
};

describe('/scale', () => {
  let wire: TestWire;

  beforeEach(async () => {
    wire = await startWire([...coreKinds, presets]);
  });
  afterEach(async () => {
    await wire?.close();
  });

  it.each([
    ['GET', '', undefined],
    ['PUT', 'application/json', scale],
    // As `kubectl scale --current-replicas` sends it.
    ['PUT', '', scale],
    ['PATCH', 'application/merge-patch+json', { spec: { replicas: 3 } }],
  ] as const)('answers a %s of %j with a Scale', async (method, contentType, body) => {
    wire.store.willAnswer('changed', stored);
    const headers = contentType === '' ? {} : { 'content-type': contentType };
    const payload = body === undefined ? {} : { payload: Buffer.from(JSON.stringify(body)) };
    const answer = await wire.request({ method, url: SCALE, headers, ...payload });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual(scale);
    expect(wire.store.lastCommand?.request).toMatchObject({ target: { name: 'web', subresource: 'scale' } });
  });

  it('answers JSON where a Table would be liked better, since there is none of a Scale', async () => {
    wire.store.willAnswer('read', stored);
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    expect((await wire.request({ method: 'GET', url: SCALE, headers: { accept } })).json()).toEqual(scale);
  });

  it.each([
    ['DELETE', SCALE, 405],
    ['POST', SCALE, 405],
    ['GET', '/apis/inventory.holdfast.dev/v1/namespaces/lab/racks/rack-01/scale', 404],
    ['PUT', '/api/v1/namespaces/lab/configmaps/a/scale', 404],
  ] as const)('refuses %s %s with %d', async (method, url, code) => {
    expect((await wire.request({ method, url })).statusCode).toBe(code);
    expect(wire.store.commands).toEqual([]);
  });

  it('is discovered as a Scale of another group', async () => {
    const gvk = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
    const verbs = ['get', 'patch', 'update'];
    const list = (await wire.request({ method: 'GET', url: GROUP })).json<{ resources: JsonObject[] }>();
    expect(list.resources.find(({ name }) => name === 'presets/scale')).toEqual({
      name: 'presets/scale',
      singularName: '',
      namespaced: true,
      ...gvk,
      verbs,
    });
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const groups = (await wire.request({ method: 'GET', url: '/apis', headers: { accept } })).body;
    expect(groups).toContain(JSON.stringify({ subresource: 'scale', responseKind: gvk, verbs }));
  });

  it('is in the OpenAPI document', async () => {
    const document = (await wire.request({ method: 'GET', url: `/openapi/v3${GROUP}` })).json<JsonObject>();
    const path = objectAt(objectAt(document, 'paths'), `${GROUP}/namespaces/{namespace}/presets/{name}/scale`);
    expect(Object.keys(path).sort()).toEqual(['get', 'parameters', 'patch', 'put']);
  });
});
