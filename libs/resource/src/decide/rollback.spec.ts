import { describe, it } from '@jest/globals';
import { given, GIVEN_VERSION, namespace, namespaceTarget, rack, rackKind, rollback } from './decide.fixtures.js';

const past = rack('web-1', {
  metadata: { labels: { old: 'yes' } },
  spec: { color: 'green', size: 9 },
  status: { ready: false },
});
const present = rack('web-1', { metadata: { generation: 5, labels: { app: 'web' } }, status: { ready: true } });

describe('a rollback', () => {
  it('of an object that does not exist is refused', () => {
    given().when(rollback('web-1', past)).thenRefused('NotFound', 'racks.inventory.holdfast.dev "web-1" not found');
  });

  it('to a version of the kind that is no longer served is refused', () => {
    given(present)
      .when(rollback('web-1', { ...past, apiVersion: 'inventory.holdfast.dev/v1alpha1' }))
      .thenRefused(
        'Invalid',
        /toResourceVersion: Invalid value: "512": the object was then stored as "inventory.holdfast.dev\/v1alpha1", which racks.inventory.holdfast.dev no longer serves$/,
        'toResourceVersion',
      );
  });

  it('to a spec that is no longer valid is refused', () => {
    given(present)
      .when(rollback('web-1', { ...past, spec: { color: 'green', size: -1 } }))
      .thenRefused('Invalid', /spec.size/, 'spec.size');
  });

  it('brings the spec back, and nothing else', () => {
    given(present)
      .when(rollback('web-1', past))
      .then({
        type: 'specChanged',
        object: rack('web-1', {
          metadata: { generation: 6, labels: { app: 'web' } },
          spec: { color: 'green', size: 9 },
          status: { ready: true },
        }),
        changed: ['/spec/color', '/spec/size'],
        previous: GIVEN_VERSION,
      });
  });

  it('to the spec that is there changes nothing', () => {
    given(present)
      .when(rollback('web-1', { ...past, spec: { color: 'red', size: 1 } }))
      .thenNothingChanges();
  });

  it('fills in the defaults that came since', () => {
    given(present)
      .when(rollback('web-1', { ...past, spec: { color: 'green' } }))
      .thenObject('specChanged', { spec: { color: 'green', size: 1 } });
  });

  it('treats everything but type, metadata and status as the spec', () => {
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const { spec: _spec, ...bare } = present;
    given(rackKind({ schema }), { ...bare, data: { a: '2' }, extra: 1 })
      .when(rollback('web-1', { ...bare, data: { a: '1' } }))
      .thenObject('specChanged', { data: { a: '1' } });
  });

  it('does not touch what holds a namespace', () => {
    given(namespace('lab'))
      .when(rollback('lab', namespace('lab', { spec: { finalizers: [] } }), namespaceTarget('lab')))
      .thenNothingChanges();
  });
});
