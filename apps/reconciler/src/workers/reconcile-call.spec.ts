import { describe, expect, it } from '@jest/globals';

import { ObjectCache } from '@holdfast/reconcile';
import type { RunIdentity } from '@holdfast/reconcile';

import { reconcileCall } from './reconcile-call.js';
import { acceptedReconciler, CONFIG_MAPS, GREETINGS, PHRASES, publishedSchema, stateOf } from './workers.fixtures.js';

const world = stateOf(GREETINGS, 'world', { spec: { name: 'world', phraseName: 'hello' } }, 5_120);
const ownedBy = (uid: string, controller = true) => ({
  metadata: {
    ownerReferences: [{ apiVersion: 'examples.holdfast.dev/v1', kind: 'Greeting', name: 'x', uid, controller }],
  },
});
const read = new ObjectCache();
[
  world,
  stateOf(CONFIG_MAPS, 'world-greeting', { ...ownedBy('uid-of-world'), data: { text: 'Hello' } }, 6_144),
  stateOf(CONFIG_MAPS, 'another-greeting', ownedBy('uid-of-another')),
  stateOf(CONFIG_MAPS, 'of-somebody-else-too', ownedBy('uid-of-world', false)),
  stateOf(PHRASES, 'hello', { spec: { text: 'Hello' } }, 2_048),
  stateOf(PHRASES, 'goodbye'),
].forEach((state) => read.put(state));

const run: RunIdentity = {
  id: '9f4a1c5e-run',
  controller: 'greeting',
  key: world.key,
  reason: 'Change',
  cause: { version: 5_120, correlationID: 'c-1' },
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  attempt: 0,
  fence: { lock: 'coordination.k8s.io/leases/holdfast-system/reconciler-partition-07', epoch: 3 },
};
const DEADLINE = new Date('2026-01-01T10:00:30Z');

describe('a call of a worker', () => {
  const call = reconcileCall(acceptedReconciler(), { ...run, object: world, read }, DEADLINE);

  it('has the object, its own children, what it names, the reason and the epoch', () => {
    expect(call).toEqual({
      apiVersion: 'holdfast.dev/v1',
      kind: 'ReconcileCall',
      controller: 'greeting',
      run: '9f4a1c5e-run',
      reason: 'Change',
      attempt: 0,
      epoch: 3,
      deadline: '2026-01-01T10:00:30.000Z',
      object: expect.objectContaining({
        kind: 'Greeting',
        metadata: expect.objectContaining({ name: 'world', resourceVersion: '5120' }),
      }),
      children: [expect.objectContaining({ kind: 'ConfigMap', data: { text: 'Hello' } })],
      watched: [expect.objectContaining({ kind: 'Phrase', spec: { text: 'Hello' } })],
      cause: { resourceVersion: '5120', correlationID: 'c-1' },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
  });

  it('follows the published schema, also at a resync without a fence', () => {
    const validate = publishedSchema('call');
    const resync = { ...run, reason: 'Resync', cause: undefined, fence: undefined, object: world, read } as const;
    for (const one of [call, reconcileCall(acceptedReconciler(), resync, DEADLINE)]) {
      validate(JSON.parse(JSON.stringify(one)));
      expect(validate.errors).toBeNull();
    }
  });
});
