import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@holdfast/kernel';
import {
  at,
  decideOn,
  given,
  GIVEN_VERSION,
  namespace,
  namespaceTarget,
  NOW,
  rack,
  rackKind,
  update,
  world,
  written,
} from './decide.fixtures.js';

const seen = (changes: JsonObject = {}): JsonObject => ({ ...at(GIVEN_VERSION, written(rack('web-1'))), ...changes });
const withMetadata = (metadata: JsonObject): JsonObject =>
  seen({ metadata: { name: 'web-1', resourceVersion: String(GIVEN_VERSION), ...metadata } });

describe('an update', () => {
  it('of an object that does not exist is refused', () => {
    given().when(update('web-1', seen())).thenRefused('NotFound', 'racks.inventory.holdfast.dev "web-1" not found');
  });

  it('that does not say which version it saw is refused for custom kinds', () => {
    given(rack('web-1'))
      .when(update('web-1', written(rack('web-1'))))
      .thenRefused(
        'Invalid',
        'Rack.inventory.holdfast.dev "web-1" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
        'metadata.resourceVersion',
      );
    given(rack('web-1'))
      .when(update('web-1', at(0, seen())))
      .thenRefused('Invalid', /must be specified for an update/);
  });

  it('on an older version is refused', () => {
    given(rack('web-1'))
      .when(update('web-1', at(GIVEN_VERSION - 1, seen())))
      .thenRefused(
        'Conflict',
        'Operation cannot be fulfilled on racks.inventory.holdfast.dev "web-1": the object has been modified; please apply your changes to the latest version and try again',
      );
  });

  it('on a version that is none is refused', () => {
    given(rack('web-1'))
      .when(update('web-1', withMetadata({ resourceVersion: 'yesterday' })))
      .thenRefused('Invalid', /metadata.resourceVersion: Invalid value: "yesterday"/);
  });

  it('of an object that took the place of the one meant is refused', () => {
    given(rack('web-1'))
      .when(update('web-1', withMetadata({ uid: 'uid-of-old' })))
      .thenRefused('Conflict', /UID in precondition: uid-of-old, UID in object meta: uid-web-1$/);
  });

  it('whose preconditions do not hold is refused', () => {
    const precondition = (preconditions: object) => ({ preconditions }) as never;
    given(rack('web-1'))
      .when(update('web-1', seen(), {}, precondition({ resourceVersion: '7' })))
      .thenRefused('Conflict', /has been modified/);
    given(rack('web-1'))
      .when(update('web-1', seen(), {}, precondition({ uid: 'other' })))
      .thenRefused('Conflict', /UID in precondition/);
  });

  it('with another name than the URL is refused', () => {
    given(rack('web-1'))
      .when(update('web-1', withMetadata({ name: 'web-2' })))
      .thenRefused('BadRequest', 'the name of the object (web-2) does not match the name on the URL (web-1)');
    given(rack('web-1'))
      .when(update('web-1', withMetadata({ name: '' })))
      .thenRefused('BadRequest', /was undeterminable: name must be provided$/);
  });

  it('that asks for a deletion is refused: that is what DELETE is for', () => {
    given(rack('web-1'))
      .when(update('web-1', withMetadata({ deletionTimestamp: NOW })))
      .thenRefused('Invalid', /field is immutable$/, 'metadata.deletionTimestamp');
  });

  it('that its schema refuses changes nothing', () => {
    given(rack('web-1'))
      .when(update('web-1', seen({ spec: { color: 'red', size: -1 } })))
      .thenRefused('Invalid', /spec.size in body should be greater than or equal to 0/, 'spec.size');
  });

  it('of the spec makes a new generation', () => {
    given(rack('web-1'))
      .when(update('web-1', seen({ spec: { color: 'blue' } })))
      .then({
        type: 'specChanged',
        object: rack('web-1', { metadata: { generation: 2 }, spec: { color: 'blue', size: 1 } }),
        changed: ['/spec/color'],
        previous: GIVEN_VERSION,
      });
  });

  it('of labels and finalizers alone keeps the generation', () => {
    given(rack('web-1'))
      .when(update('web-1', withMetadata({ labels: { app: 'web' }, finalizers: ['holdfast.dev/a'] })))
      .then({
        type: 'metadataChanged',
        object: rack('web-1', { metadata: { labels: { app: 'web' }, finalizers: ['holdfast.dev/a'] } }),
        changed: ['/metadata/labels', '/metadata/finalizers'],
        previous: GIVEN_VERSION,
      });
  });

  it('leaves the status alone, whatever it says of it', () => {
    given(rack('web-1', { status: { ready: true } }))
      .when(update('web-1', seen({ spec: { color: 'blue' }, status: { ready: false } })))
      .thenObject('specChanged', { status: { ready: true } });
    given(rack('web-1'))
      .when(update('web-1', seen({ status: { ready: false } })))
      .thenNothingChanges();
  });

  it('is judged together with the status that stays', () => {
    const schema = {
      type: 'object',
      required: ['status'],
      properties: {
        spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        status: { type: 'object' },
      },
    };
    given(rackKind({ schema }), rack('web-1', { status: {} }))
      .when(update('web-1', seen({ spec: { color: 'blue' } })))
      .thenObject('specChanged', { status: {} });
  });

  it('changes the status where that is no subresource, as part of the spec', () => {
    given(rackKind({ status: false }), rack('web-1'))
      .when(update('web-1', seen({ status: { ready: true } })))
      .then({
        type: 'specChanged',
        object: rack('web-1', { metadata: { generation: 2 }, status: { ready: true } }),
        changed: ['/status'],
        previous: GIVEN_VERSION,
      });
  });

  it('that changes nothing makes no event', () => {
    given(rack('web-1')).when(update('web-1', seen())).thenNothingChanges();
  });

  it('that changes only what the server decides makes no event', () => {
    given(rack('web-1'))
      .when(
        update(
          'web-1',
          withMetadata({
            creationTimestamp: '1999-01-01T00:00:00Z',
            generation: 77,
            managedFields: [{ manager: 'kubectl' }],
            selfLink: '/x',
            annotations: {},
          }),
        ),
      )
      .thenNothingChanges();
  });

  it('tells which labels and fields selectors saw before', () => {
    const state = world(rack('web-1', { metadata: { labels: { app: 'web' } } }));
    const both = { ...seen({ spec: { color: 'blue' } }), metadata: { name: 'web-1', resourceVersion: '1024' } };
    expect(decideOn(state, update('web-1', both))).toMatchObject({
      events: [
        {
          record: {
            was: { labels: { app: 'web' }, fields: { 'spec.color': 'red' } },
            fields: { 'spec.color': 'blue' },
          },
        },
      ],
    });
  });

  it('writes an object that an older storage version holds in the present one', () => {
    const [v1] = rackKind().versions;
    const kind = rackKind({}, { versions: [{ ...v1, storage: false } as never, { ...v1, name: 'v2' } as never] });
    given(kind, rack('web-1'))
      .when(update('web-1', seen()))
      .then({
        type: 'metadataChanged',
        object: { ...rack('web-1'), apiVersion: 'inventory.holdfast.dev/v2' },
        changed: ['/apiVersion'],
        previous: GIVEN_VERSION,
      });
  });
});

describe('an object with faults that its schema did not know of', () => {
  const long = 'a color with more than twenty letters';
  const faulty = rack('web-1', { spec: { color: long, size: 1 } });

  it('may keep them while something else changes', () => {
    given(faulty)
      .when(update('web-1', seen({ spec: { color: long, size: 2 } })))
      .thenObject('specChanged', { spec: { color: long, size: 2 } });
  });

  it('may not get new ones', () => {
    given(faulty)
      .when(update('web-1', seen({ spec: { color: `${long}!`, size: 1 } })))
      .thenRefused('Invalid', /spec.color/, 'spec.color');
    given(faulty)
      .when(update('web-1', seen({ spec: { color: long, size: -1 } })))
      .thenRefused('Invalid', /spec.size/, 'spec.size');
  });
});

describe('an object that is being deleted', () => {
  const going = rack('web-1', {
    metadata: {
      deletionTimestamp: NOW,
      deletionGracePeriodSeconds: 0,
      finalizers: ['holdfast.dev/a', 'holdfast.dev/b'],
    },
  });
  const left = (finalizers: readonly string[], changes: JsonObject = {}) =>
    update('web-1', { ...withMetadata({ finalizers }), ...changes });

  it('takes no new finalizers', () => {
    given(going)
      .when(left(['holdfast.dev/a', 'holdfast.dev/c']))
      .thenRefused(
        'Invalid',
        /Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers \[\]string\{"holdfast.dev\/c"\}$/,
        'metadata.finalizers',
      );
  });

  it('stays while one finalizer is left', () => {
    given(going)
      .when(left(['holdfast.dev/b']))
      .thenObject('metadataChanged', {
        metadata: expect.objectContaining({ finalizers: ['holdfast.dev/b'], deletionTimestamp: NOW }),
      });
  });

  it('may still change', () => {
    given(going)
      .when(left(['holdfast.dev/a', 'holdfast.dev/b'], { spec: { color: 'blue' } }))
      .thenObject('specChanged', { spec: { color: 'blue', size: 1 } });
  });

  it('goes with the update that takes the last finalizer away', () => {
    given(going)
      .when(left([]))
      .then({
        type: 'deleted',
        object: rack('web-1', { metadata: { deletionTimestamp: NOW, deletionGracePeriodSeconds: 0 } }),
        changed: ['/metadata/finalizers'],
        previous: GIVEN_VERSION,
      });
  });

  it('keeps its deletionTimestamp, whatever an update says', () => {
    given(going)
      .when(
        update(
          'web-1',
          withMetadata({ deletionTimestamp: '2030-01-01T00:00:00Z', finalizers: ['holdfast.dev/a', 'holdfast.dev/b'] }),
        ),
      )
      .thenNothingChanges();
  });
});

describe('a status update', () => {
  const status = { subresource: 'status' as const };

  it('of a kind without the subresource is refused', () => {
    given(rackKind({ status: false }), rack('web-1'))
      .when(update('web-1', seen({ status: { ready: true } }), status))
      .thenRefused('NotFound', 'the server could not find the requested resource');
  });

  it('takes the status and nothing else', () => {
    given(rack('web-1'))
      .when(
        update(
          'web-1',
          { ...withMetadata({ labels: { a: 'b' } }), spec: { color: 'blue' }, status: { ready: true } },
          status,
        ),
      )
      .then({
        type: 'statusChanged',
        object: rack('web-1', { status: { ready: true } }),
        changed: ['/status'],
        previous: GIVEN_VERSION,
      });
  });

  it('without a status takes the status away', () => {
    given(rack('web-1', { status: { ready: true } }))
      .when(update('web-1', seen(), status))
      .then({ type: 'statusChanged', object: rack('web-1'), changed: ['/status'], previous: GIVEN_VERSION });
  });

  it('that its schema refuses changes nothing', () => {
    given(rack('web-1'))
      .when(update('web-1', seen({ status: { ready: 'yes' } }), status))
      .thenRefused('Invalid', /status.ready/, 'status.ready');
  });

  it('on an older version is refused', () => {
    given(rack('web-1'))
      .when(update('web-1', at(7, seen({ status: { ready: true } })), status))
      .thenRefused('Conflict', /has been modified/);
  });

  it('that repeats what is there makes no event', () => {
    given(rack('web-1', { status: { ready: true } }))
      .when(update('web-1', seen({ status: { ready: true } }), status))
      .thenNothingChanges();
  });
});

describe('a namespace', () => {
  const lab = namespace('lab');
  const goingLab = namespace('lab', {
    metadata: { deletionTimestamp: NOW, deletionGracePeriodSeconds: 0 },
    status: { phase: 'Terminating' },
  });
  const body = (changes: JsonObject = {}): JsonObject => ({ metadata: { name: 'lab' }, ...changes });

  it('may be updated without a version, and keeps its finalizers and its name as a label', () => {
    given(lab)
      .when(
        update(
          'lab',
          body({ metadata: { name: 'lab', labels: { team: 'a' } }, spec: { finalizers: [] } }),
          namespaceTarget('lab'),
        ),
      )
      .thenObject('metadataChanged', {
        metadata: expect.objectContaining({ labels: { team: 'a', 'kubernetes.io/metadata.name': 'lab' } }),
        spec: { finalizers: ['kubernetes'] },
      });
  });

  it('goes with the finalize that takes its last finalizer away', () => {
    given(goingLab)
      .when(update('lab', body({ spec: { finalizers: [] } }), { ...namespaceTarget('lab'), subresource: 'finalize' }))
      .thenObject('deleted', { spec: { finalizers: [] } });
  });

  it('stays when it is finalized without being deleted', () => {
    given(lab)
      .when(update('lab', body({ spec: { finalizers: [] } }), { ...namespaceTarget('lab'), subresource: 'finalize' }))
      .thenObject('specChanged', { spec: { finalizers: [] }, status: { phase: 'Active' } });
  });
});
