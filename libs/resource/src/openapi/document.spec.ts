import { describe, expect, it } from '@jest/globals';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';

import type { KindDefinition } from '../kind.js';
import { openApiV3Document } from './document.js';

const rack: KindDefinition = {
  group: 'inventory.holdfast.dev',
  plural: 'racks',
  singular: 'rack',
  kind: 'Rack',
  listKind: 'RackList',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  verbs: ['get', 'list'],
  builtIn: false,
  revision: 7,
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: { type: 'object', properties: { spec: { type: 'object', description: 'What is wanted.' } } },
      status: true,
      scale: { specReplicasPath: '.spec.slots', statusReplicasPath: '.status.slots' },
      printerColumns: [],
      selectableFields: [],
    },
    { name: 'v2', served: false, storage: false, schema: {}, status: false, printerColumns: [], selectableFields: [] },
  ],
};

const document = openApiV3Document('inventory.holdfast.dev', 'v1', [rack]);
const gvk = { group: 'inventory.holdfast.dev', version: 'v1', kind: 'Rack' };

const operations = Object.values(objectAt(document, 'paths')).flatMap((path) =>
  Object.entries(path as JsonObject)
    .filter(([verb]) => verb !== 'parameters')
    .map(([verb, operation]) => ({ verb, operation: operation as JsonObject })),
);

describe('the OpenAPI document of a group-version', () => {
  it('has the paths of the kind: the object, its scale and status, its collections', () => {
    const root = '/apis/inventory.holdfast.dev/v1';
    expect(Object.keys(objectAt(document, 'paths')).sort()).toEqual([
      `${root}/namespaces/{namespace}/racks`,
      `${root}/namespaces/{namespace}/racks/{name}`,
      `${root}/namespaces/{namespace}/racks/{name}/scale`,
      `${root}/namespaces/{namespace}/racks/{name}/status`,
      `${root}/racks`,
    ]);
  });

  it('says on every PATCH of a kind that the server validates fields, or kubectl refuses to apply', () => {
    const patches = operations.filter(({ verb }) => verb === 'patch');

    expect(patches).toHaveLength(3);
    for (const { operation } of patches) {
      const names = (operation['parameters'] as JsonObject[]).map((parameter) => parameter['name']);
      expect(names).toEqual(expect.arrayContaining(['dryRun', 'fieldManager', 'fieldValidation', 'force']));
    }
  });

  it('names the kind on every operation, and on its schema as a list', () => {
    for (const { operation } of operations) {
      const isScale = JSON.stringify(operation['operationId']).endsWith('Scale"');
      const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
      expect(operation['x-kubernetes-group-version-kind']).toEqual(isScale ? scale : gvk);
    }
    const schema = objectAt(objectAt(objectAt(document, 'components'), 'schemas'), 'dev.holdfast.inventory.v1.Rack');
    expect(schema['x-kubernetes-group-version-kind']).toEqual([gvk]);
    expect(objectAt(objectAt(schema, 'properties'), 'spec')['description']).toBe('What is wanted.');
  });

  it('resolves every reference that it makes', () => {
    const schemas = objectAt(objectAt(document, 'components'), 'schemas');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];

    expect(references.length).toBeGreaterThan(10);
    for (const [, name] of references) expect(Object.keys(schemas)).toContain(name);
  });

  it('gives every operation an id of its own', () => {
    const ids = operations.map(({ operation }) => operation['operationId']);

    expect(new Set(ids).size).toBe(ids.length);
  });

  it('leaves out what is not served', () => {
    expect(Object.keys(objectAt(openApiV3Document('inventory.holdfast.dev', 'v2', [rack]), 'paths'))).toEqual([]);
  });

  it('has the subresources that are described beside, with their schemas', () => {
    const described = openApiV3Document('inventory.holdfast.dev', 'v1', [rack], () => [
      {
        name: 'door',
        document: {
          get: { verb: 'read', description: 'Tells who came.', responses: { '200': 'OK' } },
          post: { verb: 'open', description: 'Opens it.', responses: { '201': 'Open' }, responseSchema: 'Door' },
          schemas: { Door: { type: 'object' } },
        },
      },
    ]);
    const path = objectAt(
      objectAt(described, 'paths'),
      '/apis/inventory.holdfast.dev/v1/namespaces/{namespace}/racks/{name}/door',
    );
    expect(path).toMatchObject({
      get: {
        operationId: 'readInventoryHoldfastDevV1RackDoor',
        responses: { '200': { description: 'OK', content: { 'text/plain': { schema: { type: 'string' } } } } },
        'x-kubernetes-action': 'get',
        'x-kubernetes-group-version-kind': gvk,
      },
      post: { operationId: 'openInventoryHoldfastDevV1RackDoor', 'x-kubernetes-action': 'post' },
    });
    expect(objectAt(objectAt(objectAt(described, 'components'), 'schemas'), 'Door')).toEqual({ type: 'object' });
  });
});
