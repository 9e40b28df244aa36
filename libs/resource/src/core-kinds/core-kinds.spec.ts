import { describe, expect, it } from '@jest/globals';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { create, given, mergePatch, NOW } from '../decide/decide.fixtures.js';
import { coreKinds } from './core-kinds.js';

const core = (resource: string, name = '') => ({ group: '', version: 'v1', resource, namespace: 'default', name });
const configMap = (changes: JsonObject): JsonObject => ({ metadata: { name: 'settings' }, ...changes });
const storedMap = (changes: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default', uid: 'uid-settings', generation: 1, creationTimestamp: NOW },
  ...changes,
});

describe('the core kinds', () => {
  it('describe every one of their fields, for `kubectl explain`', () => {
    const undescribed: string[] = [];
    const visit = (schema: JsonObject, path: string): void => {
      if (typeof schema['description'] !== 'string') undescribed.push(path);
      for (const [name, field] of Object.entries(objectAt(schema, 'properties'))) {
        visit(field as JsonObject, `${path}.${name}`);
      }
      if (schema['items'] !== undefined && objectAt(schema, 'items')['properties'] !== undefined) {
        visit(objectAt(schema, 'items'), `${path}[]`);
      }
    };
    for (const { kind, versions } of coreKinds) for (const { schema } of versions) visit(schema, kind);
    expect(undescribed).toEqual([]);
  });
});

describe('a namespace', () => {
  it('begins Active, held, and with its name as a label', () => {
    given()
      .when(create({ metadata: { name: 'lab' } }, { ...core('namespaces'), namespace: '' }))
      .then({
        type: 'created',
        object: {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: {
            name: 'lab',
            uid: 'new-uid-1',
            generation: 1,
            creationTimestamp: NOW,
            labels: { 'kubernetes.io/metadata.name': 'lab' },
          },
          spec: { finalizers: ['kubernetes'] },
          status: { phase: 'Active' },
        },
      });
  });

  it('whose name is longer than a DNS label is refused', () => {
    given()
      .when(create({ metadata: { name: 'a'.repeat(64) } }, { ...core('namespaces'), namespace: '' }))
      .thenRefused('Invalid', /must be no more than 63 characters$/, 'metadata.name');
  });
});

describe('a ConfigMap', () => {
  it('from a client that sends no type gets the one of the URL', () => {
    given()
      .when(create(configMap({ data: { color: 'red' } }), core('configmaps')))
      .thenObject('created', { apiVersion: 'v1', kind: 'ConfigMap', data: { color: 'red' } });
  });

  it.each([
    ['a b', /a valid config key must consist of/],
    ['..', /may not be '.' or start with '..'/],
    ['k'.repeat(254), /must be no more than 253 characters/],
  ])('with the key %s is refused', (key, message) => {
    given()
      .when(create(configMap({ data: { [key]: '' } }), core('configmaps')))
      .thenRefused('Invalid', message, `data[${key}]`);
  });

  it('with a key that stands twice is refused', () => {
    given()
      .when(create(configMap({ data: { a: '' }, binaryData: { a: '' } }), core('configmaps')))
      .thenRefused('Invalid', /duplicate of key present in binaryData$/, 'data[a]');
  });

  it('with data that is no text is refused', () => {
    given()
      .when(create(configMap({ data: { a: 1 } }), core('configmaps')))
      .thenRefused('Invalid', /data.a/, 'data.a');
  });

  it('changes its data as a spec', () => {
    given(storedMap({ data: { a: '1' } }))
      .when(mergePatch('settings', { data: { b: '2' } }, core('configmaps', 'settings')))
      .thenObject('specChanged', { data: { a: '1', b: '2' } });
  });

  it('that is immutable can be labelled, but no longer changed', () => {
    const fixed = storedMap({ data: { a: '1' }, immutable: true });
    given(fixed)
      .when(mergePatch('settings', { data: { a: '2' }, immutable: false }, core('configmaps', 'settings')))
      .thenRefused('Invalid', /field is immutable when `immutable` is set/, 'immutable', 'data');
    given(fixed)
      .when(mergePatch('settings', { metadata: { labels: { a: 'b' } } }, core('configmaps', 'settings')))
      .thenObject('metadataChanged', { data: { a: '1' } });
  });
});

describe('an Event', () => {
  const about = (namespace: string | undefined): JsonObject => ({
    metadata: { name: 'web-1.17a' },
    involvedObject: { kind: 'Rack', name: 'web-1', ...(namespace === undefined ? {} : { namespace }) },
    reason: 'Painted',
    eventTime: null,
    firstTimestamp: NOW,
  });

  it('stands beside the object it is about, or in `default` for a cluster-scoped one', () => {
    given()
      .when(create(about('default'), core('events')))
      .thenObject('created', { reason: 'Painted' });
    given()
      .when(create(about(undefined), core('events')))
      .thenObject('created', { reason: 'Painted' });
    given()
      .when(create(about('lab'), core('events')))
      .thenRefused('Invalid', /does not match event.namespace$/, 'involvedObject.namespace');
  });
});

describe('a Lease', () => {
  const lease = (spec: JsonObject) =>
    create({ metadata: { name: 'leader' }, spec }, { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' });

  it('takes times to the microsecond', () => {
    given()
      .when(lease({ holderIdentity: 'a', renewTime: '2026-05-04T10:00:00.000001Z', leaseTransitions: 0 }))
      .thenObject('created', {});
  });

  it('that lasts no second is refused', () => {
    given()
      .when(lease({ leaseDurationSeconds: 0 }))
      .thenRefused('Invalid', /leaseDurationSeconds/);
  });
});
