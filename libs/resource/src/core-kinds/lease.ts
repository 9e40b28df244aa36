import type { KindDefinition } from '../kind.js';
import { coreKind } from './core-kind.js';
import { integer, object, text, time } from './schemas.js';

export const leaseKind: KindDefinition = coreKind({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  schema: object('A lease: who leads, and for how long.', {
    spec: object('The lease as its holder wrote it.', {
      holderIdentity: text('Who holds the lease; empty when nobody does.'),
      leaseDurationSeconds: integer('How long others wait after the last renewal before they take it.', { minimum: 1 }),
      acquireTime: time('When the holder took it.'),
      renewTime: time('When the holder last renewed it.'),
      leaseTransitions: integer('How often it changed hands: the epoch of the writes that are fenced by it.', {
        minimum: 0,
      }),
      strategy: text('How the next holder is chosen, where that is coordinated.'),
      preferredHolder: text('Who should take it next, where that is coordinated.'),
    }),
  }),
  printerColumns: [
    { name: 'Holder', type: 'string', description: 'Who holds the lease', jsonPath: '.spec.holderIdentity' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
});
