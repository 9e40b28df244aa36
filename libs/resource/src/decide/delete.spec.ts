import { describe, expect, it } from '@jest/globals';
import { given, GIVEN_VERSION, namespace, namespaceTarget, NOW, rack, remove } from './decide.fixtures.js';

const held = rack('web-1', { metadata: { finalizers: ['holdfast.dev/a'] } });
const going = rack('web-1', {
  metadata: {
    generation: 2,
    deletionTimestamp: NOW,
    deletionGracePeriodSeconds: 0,
    finalizers: ['holdfast.dev/a'],
  },
});

describe('a delete', () => {
  it('of an object that does not exist is refused', () => {
    given().when(remove('web-1')).thenRefused('NotFound', 'racks.inventory.holdfast.dev "web-1" not found');
  });

  it('that means another object of that name is refused', () => {
    given(rack('web-1'))
      .when(remove('web-1', {}, { preconditions: { uid: 'other' } }))
      .thenRefused(
        'Conflict',
        /the UID in the precondition \(other\) does not match the UID in record \(uid-web-1\)\. The object might have been deleted and then recreated$/,
      );
  });

  it('that means an older version is refused', () => {
    given(rack('web-1'))
      .when(remove('web-1', {}, { preconditions: { resourceVersion: '7' } }))
      .thenRefused(
        'Conflict',
        /the ResourceVersion in the precondition \(7\) does not match the ResourceVersion in record \(1024\)/,
      );
  });

  it('whose preconditions hold is accepted', () => {
    const preconditions = { uid: 'uid-web-1', resourceVersion: String(GIVEN_VERSION) };
    given(rack('web-1'))
      .when(remove('web-1', {}, { preconditions }))
      .thenObject('deleted', {});
  });

  it('of an object that nobody holds is its end, told with its last state', () => {
    given(rack('web-1', { status: { ready: true } }))
      .when(remove('web-1'))
      .then({ type: 'deleted', object: rack('web-1', { status: { ready: true } }), previous: GIVEN_VERSION });
  });

  it('of an object with finalizers asks them to let it go', () => {
    given(held)
      .when(remove('web-1'))
      .then({
        type: 'deletionRequested',
        object: going,
        changed: ['/metadata/deletionTimestamp', '/metadata/deletionGracePeriodSeconds'],
        previous: GIVEN_VERSION,
      });
  });

  it('asked for twice changes nothing', () => {
    given(going).when(remove('web-1')).thenNothingChanges();
  });

  it('leaves word for the collector, as the policy says', () => {
    const finalizers = (...names: string[]) => ({ metadata: expect.objectContaining({ finalizers: names }) });
    given(rack('web-1'))
      .when(remove('web-1', {}, { propagationPolicy: 'Foreground' }))
      .thenObject('deletionRequested', finalizers('foregroundDeletion'));
    given(rack('web-1'))
      .when(remove('web-1', {}, { propagationPolicy: 'Orphan' }))
      .thenObject('deletionRequested', finalizers('orphan'));
    given(rack('web-1'))
      .when(remove('web-1', {}, { propagationPolicy: 'Background' }))
      .thenObject('deleted', {});
  });

  it('asked for again with another policy leaves other word', () => {
    given(going)
      .when(remove('web-1', {}, { propagationPolicy: 'Orphan' }))
      .thenObject('metadataChanged', {
        metadata: expect.objectContaining({ finalizers: ['holdfast.dev/a', 'orphan'] }),
      });
  });
});

describe('the delete of a namespace', () => {
  it.each(['default', 'kube-system', 'kube-public', 'holdfast-system'])('is refused for %s', (name) => {
    given(namespace(name))
      .when(remove(name, namespaceTarget(name)))
      .thenRefused('Forbidden', `namespaces "${name}" is forbidden: this namespace may not be deleted`);
  });

  it('makes it Terminating until it is finalized', () => {
    given(namespace('lab'))
      .when(remove('lab', namespaceTarget('lab')))
      .thenObject('deletionRequested', {
        metadata: expect.objectContaining({ deletionTimestamp: NOW }),
        spec: { finalizers: ['kubernetes'] },
        status: { phase: 'Terminating' },
      });
  });

  it('is its end when it was finalized before', () => {
    given(namespace('lab', { spec: { finalizers: [] } }))
      .when(remove('lab', namespaceTarget('lab')))
      .thenObject('deleted', {});
  });
});
