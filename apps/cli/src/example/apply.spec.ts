import { describe, expect, it } from '@jest/globals';

import { GatewayRefusal } from '../gateway-client.js';
import type { JsonObject } from '../gateway-client.js';
import { apply } from './apply.js';

const RACKS = '/apis/example.com/v1/namespaces/default/racks';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A gateway that serves racks and definitions, and holds these objects by their path. */
const aGateway = (held: Readonly<Record<string, JsonObject>>) => {
  const calls: string[] = [];
  const served: Readonly<Record<string, JsonObject>> = {
    '/apis/example.com/v1': { resources: [{ name: 'racks', kind: 'Rack', namespaced: true }] },
    '/apis/apiextensions.k8s.io/v1': {
      resources: [{ name: 'customresourcedefinitions', kind: 'CustomResourceDefinition', namespaced: false }],
    },
    ...held,
  };
  const client = {
    get: (path: string) => {
      const found = served[path];
      return found === undefined
        ? Promise.reject(new GatewayRefusal(`GET ${path}`, 404, 'NotFound', 'not found'))
        : Promise.resolve(found);
    },
    create: (path: string, body: JsonObject) => {
      calls.push(`create ${path}`);
      return Promise.resolve(body);
    },
    mergePatch: (path: string) => {
      calls.push(`patch ${path}`);
      return Promise.resolve({ metadata: { resourceVersion: '2' } });
    },
  };
  return { client, calls };
};

const rack = { apiVersion: 'example.com/v1', kind: 'Rack', metadata: { name: 'rack-01' } };
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'racks.example.com' },
};
const STORED = { metadata: { resourceVersion: '1' } };

describe('the example, at a start', () => {
  it('is declared where it is missing', async () => {
    const { client, calls } = aGateway({});

    expect(await apply(client, rack)).toBe('created');
    expect(calls).toEqual([`create ${RACKS}`]);
  });

  it('is left as people have changed it since', async () => {
    const { client, calls } = aGateway({ [`${RACKS}/rack-01`]: STORED });

    expect(await apply(client, rack)).toBe('unchanged');
    expect(calls).toEqual([]);
  });

  it('has the kinds of this release', async () => {
    const { client, calls } = aGateway({ [`${CRDS}/racks.example.com`]: STORED });

    expect(await apply(client, definition)).toBe('configured');
    expect(calls).toEqual([`patch ${CRDS}/racks.example.com`]);
  });
});
