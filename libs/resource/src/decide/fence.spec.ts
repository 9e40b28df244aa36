import { describe, it } from '@jest/globals';
import { given, mergePatch, rack } from './decide.fixtures.js';

const lease = (leaseTransitions: number) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'controllers', namespace: 'default', uid: 'uid-lease' },
  spec: { leaseTransitions },
});
const lock = 'coordination.k8s.io/leases/default/controllers';
const paint = mergePatch('web-1', { spec: { color: 'blue' } });

describe('a write that names a lock', () => {
  it('is refused when the lock does not exist', () => {
    given(rack('web-1'))
      .when(paint, { fence: { lock, epoch: 3 } })
      .thenRefused(
        'Conflict',
        /^Operation cannot be fulfilled on leases.coordination.k8s.io "controllers": the lock of epoch 3 does not exist$/,
      );
  });

  it('is refused when the lock has moved on', () => {
    given(rack('web-1'), lease(4))
      .when(paint, { fence: { lock, epoch: 3 } })
      .thenRefused('Conflict', /the lock is at epoch 4, the writer holds 3$/);
  });

  it('is refused when it claims an epoch that has not begun', () => {
    given(rack('web-1'), lease(2))
      .when(paint, { fence: { lock, epoch: 3 } })
      .thenRefused('Conflict', /epoch 2/);
  });

  it('is decided when it holds the lock', () => {
    given(rack('web-1'), lease(3))
      .when(paint, { fence: { lock, epoch: 3 } })
      .thenObject('specChanged', { spec: { color: 'blue', size: 1 } });
  });

  it('is refused before anything else is looked at', () => {
    given(lease(4))
      .when(paint, { fence: { lock, epoch: 3 } })
      .thenRefused('Conflict', /epoch 4/);
  });

  it('finds the epoch of other locks in spec.epoch', () => {
    const lab = { ...rack('partition-7'), spec: { color: 'red', epoch: 5 } };
    const fence = { lock: 'inventory.holdfast.dev/racks/default/partition-7', epoch: 5 };
    given(rack('web-1'), lab).when(paint, { fence }).thenObject('specChanged', {});
  });
});
