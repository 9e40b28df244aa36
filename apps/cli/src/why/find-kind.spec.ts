import { describe, expect, it } from '@jest/globals';

import { findKind, objectPath } from './find-kind.js';
import type { ServedKind } from './find-kind.js';

const racks: ServedKind = {
  group: 'inventory.holdfast.dev',
  version: 'v1',
  plural: 'racks',
  singular: 'rack',
  kind: 'Rack',
  shortNames: ['rk'],
  namespaced: true,
};
const older: ServedKind = { ...racks, version: 'v1beta1' };
const foreign: ServedKind = { ...racks, group: 'furniture.example', shortNames: [] };
const namespaces: ServedKind = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  singular: 'namespace',
  kind: 'Namespace',
  shortNames: ['ns'],
  namespaced: false,
};
const served = [namespaces, racks, older, foreign];

describe('a kind', () => {
  it.each([
    ['racks', racks],
    ['rack', racks],
    ['Rack', racks],
    ['rk', racks],
    ['ns', namespaces],
    ['racks.furniture.example', foreign],
    ['Rack.furniture.example', foreign],
    ['racks.v1beta1.inventory.holdfast.dev', older],
  ])('called %s is found', (name, kind) => {
    expect(findKind(served, name)).toBe(kind);
  });

  it.each(['', 'chassis', 'racks.inventory', 'racks.v2.inventory.holdfast.dev', 'ns.v2'])(
    'called %j is not',
    (name) => {
      expect(findKind(served, name)).toBeUndefined();
    },
  );

  it('says where its objects are', () => {
    expect(objectPath(racks, 'default', 'a/b')).toBe('/apis/inventory.holdfast.dev/v1/namespaces/default/racks/a%2Fb');
    expect(objectPath(namespaces, 'ignored', 'default')).toBe('/api/v1/namespaces/default');
  });
});
