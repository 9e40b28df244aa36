import { describe, expect, it } from '@jest/globals';
import type { Write } from '@holdfast/contracts';
import {
  given,
  GIVEN_VERSION,
  jsonPatch,
  mergePatch,
  namespace,
  namespaceTarget,
  NOW,
  rack,
} from './decide.fixtures.js';
import type { When } from './decide.fixtures.js';

const strategic = ({ write, body }: When): When => ({ write: { ...write, patchType: 'strategic' } as never, body });

describe('a patch', () => {
  it('of an object that does not exist is refused', () => {
    given().when(mergePatch('web-1', {})).thenRefused('NotFound', 'racks.inventory.holdfast.dev "web-1" not found');
  });

  it('that is malformed is refused as a bad request', () => {
    given(rack('web-1')).when(mergePatch('web-1', [])).thenRefused('BadRequest', 'a merge patch must be a JSON object');
    given(rack('web-1'))
      .when(jsonPatch('web-1', {}))
      .thenRefused('BadRequest', 'a JSON patch must be an array of operations');
    given(rack('web-1'))
      .when(jsonPatch('web-1', [{ op: 'jump', path: '/spec' }]))
      .thenRefused('BadRequest', 'operation 0 of the JSON patch: unexpected kind: "jump"');
    given(rack('web-1'))
      .when(jsonPatch('web-1', [{ op: 'add', path: '/metadata/labels/__proto__', value: 'x' }]))
      .thenRefused('BadRequest', /path must not name __proto__$/);
  });

  it('of more than 10,000 operations is refused with the limit', () => {
    const operations = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/spec/color', value: 'red' }));
    given(rack('web-1'))
      .when(jsonPatch('web-1', operations))
      .thenRefused('RequestEntityTooLarge', 'The allowed maximum operations in a JSON patch is 10000, got 10001');
  });

  it('that tests false is refused', () => {
    given(rack('web-1'))
      .when(jsonPatch('web-1', [{ op: 'test', path: '/spec/color', value: 'blue' }]))
      .thenRefused(
        'Invalid',
        'the server rejected our request due to an error in our request: testing value /spec/color failed',
        '[0]',
      );
  });

  it('that points nowhere is refused', () => {
    given(rack('web-1'))
      .when(
        jsonPatch('web-1', [
          { op: 'add', path: '/spec/size', value: 2 },
          { op: 'remove', path: '/spec/door' },
        ]),
      )
      .thenRefused(
        'Invalid',
        /remove operation does not apply: doc is missing key: \/spec\/door: missing value$/,
        '[1]',
      );
  });

  it('that renames the object is refused', () => {
    given(rack('web-1'))
      .when(mergePatch('web-1', { metadata: { name: 'web-2' } }))
      .thenRefused('BadRequest', 'the name of the object (web-2) does not match the name on the URL (web-1)');
  });

  it('whose result the schema refuses changes nothing', () => {
    given(rack('web-1'))
      .when(mergePatch('web-1', { spec: { color: null } }))
      .thenRefused('Invalid', /spec.color: Required value$/, 'spec.color');
  });

  it('that names an old version is refused', () => {
    given(rack('web-1'))
      .when(mergePatch('web-1', { metadata: { resourceVersion: '7' }, spec: { color: 'blue' } }))
      .thenRefused('Conflict', /has been modified/);
    given(rack('web-1'))
      .when(mergePatch('web-1', { spec: { color: 'blue' } }, {}, { preconditions: { resourceVersion: '7' } }))
      .thenRefused('Conflict', /has been modified/);
  });

  it('that names no version applies to the newest state', () => {
    given(rack('web-1'))
      .when(mergePatch('web-1', { metadata: { labels: { app: 'web' } }, spec: { size: null } }))
      .then({
        type: 'metadataChanged',
        object: rack('web-1', { metadata: { labels: { app: 'web' } } }),
        changed: ['/metadata/labels'],
        previous: GIVEN_VERSION,
      });
  });

  it('that names the newest version applies', () => {
    given(rack('web-1'))
      .when(
        jsonPatch('web-1', [
          { op: 'test', path: '/metadata/resourceVersion', value: String(GIVEN_VERSION) },
          { op: 'replace', path: '/spec/color', value: 'blue' },
        ]),
      )
      .thenObject('specChanged', { spec: { color: 'blue', size: 1 } });
  });

  it('that changes nothing makes no event', () => {
    given(rack('web-1'))
      .when(mergePatch('web-1', { spec: { color: 'red' } }))
      .thenNothingChanges();
  });

  it('of the object leaves the status alone, of the status leaves the rest alone', () => {
    const both = { spec: { color: 'blue' }, status: { ready: true } };
    given(rack('web-1'))
      .when(mergePatch('web-1', both))
      .then({
        type: 'specChanged',
        object: rack('web-1', { metadata: { generation: 2 }, spec: { color: 'blue', size: 1 } }),
        changed: ['/spec/color'],
        previous: GIVEN_VERSION,
      });
    given(rack('web-1'))
      .when(mergePatch('web-1', both, { subresource: 'status' }))
      .then({
        type: 'statusChanged',
        object: rack('web-1', { status: { ready: true } }),
        changed: ['/status'],
        previous: GIVEN_VERSION,
      });
  });

  it('changes both in one event when one of our services asks for that', () => {
    const { write, body } = mergePatch('web-1', { spec: { color: 'blue' }, status: { ready: true } });
    given(rack('web-1'))
      .when({ write: { ...write, keepsStatus: true } as Write, body })
      .then({
        type: 'specChanged',
        object: rack('web-1', {
          metadata: { generation: 2 },
          spec: { color: 'blue', size: 1 },
          status: { ready: true },
        }),
        changed: ['/spec/color', '/status'],
        previous: GIVEN_VERSION,
      });
  });

  it('that takes the last finalizer of a deleted object away is its end', () => {
    given(rack('web-1', { metadata: { deletionTimestamp: NOW, finalizers: ['holdfast.dev/a'] } }))
      .when(jsonPatch('web-1', [{ op: 'remove', path: '/metadata/finalizers/0' }]))
      .thenObject('deleted', { spec: { color: 'red', size: 1 } });
  });
});

describe('a strategic merge patch', () => {
  it('of a custom kind is refused with what is accepted', () => {
    given(rack('web-1'))
      .when(strategic(mergePatch('web-1', {})))
      .thenRefused(
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json',
      );
  });

  it('of a built-in kind merges lists by their keys', () => {
    given(namespace('lab', { metadata: { finalizers: ['holdfast.dev/a'] } }))
      .when(strategic(mergePatch('lab', { metadata: { finalizers: ['holdfast.dev/b'] } }, namespaceTarget('lab'))))
      .thenObject('metadataChanged', {
        metadata: expect.objectContaining({ finalizers: ['holdfast.dev/a', 'holdfast.dev/b'] }),
      });
  });
});
