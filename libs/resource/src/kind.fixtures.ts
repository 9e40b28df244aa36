import type { JsonObject } from '@holdfast/kernel';
import type { KindDefinition, KindVersion } from './kind.js';

/** The kind Rack with one version, v1; `spec` and `status` are the properties of its schema. */
export const rackKind = (properties: JsonObject, changes: Partial<KindVersion> = {}): KindDefinition => ({
  group: 'inventory.holdfast.dev',
  plural: 'racks',
  singular: 'rack',
  kind: 'Rack',
  listKind: 'RackList',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: { type: 'object', properties },
      status: true,
      printerColumns: [],
      selectableFields: [],
      ...changes,
    },
  ],
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  builtIn: false,
  revision: 1,
});
