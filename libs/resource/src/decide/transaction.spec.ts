import { describe, expect, it } from '@jest/globals';
import type { Write } from '@holdfast/contracts';
import {
  at,
  create,
  crdTarget,
  given,
  GIVEN_VERSION,
  jsonPatch,
  mergePatch,
  namespaceTarget,
  NOW,
  rack,
  rackKind,
  remove,
  transactOn,
  update,
  world,
  written,
} from './decide.fixtures.js';
import { prepareTransaction } from './prepare-transaction.js';
import { decideTransaction } from './transaction.js';
import { context } from './decide.fixtures.js';

const web = (name: string) => written(rack(name));
const paint = (name: string, color: string) => mergePatch(name, { spec: { color } });
const status = (name: string, ready: boolean) => mergePatch(name, { status: { ready } }, { subresource: 'status' });
const operationsOf = (body: unknown) => prepareTransaction(Buffer.from(JSON.stringify(body)), {}, () => rackKind());

describe('a transaction', () => {
  it('that is no list of writes is refused', () => {
    expect(operationsOf({})).toMatchObject({ refusal: { message: 'operations must be an array' } });
    expect(operationsOf([])).toMatchObject({ refusal: { message: 'a transaction needs at least one operation' } });
    expect(operationsOf([{ verb: 'jump' }])).toMatchObject({
      refusal: { reason: 'BadRequest', message: 'operations[0]: must be a write with a target' },
    });
  });

  it('of more than 1,000 operations is refused with the limit', () => {
    expect(operationsOf(Array.from({ length: 1001 }, () => ({})))).toMatchObject({
      refusal: {
        reason: 'RequestEntityTooLarge',
        message: 'a transaction has at most 1000 operations, not 1001',
      },
    });
  });

  it('that would write more than 4 MiB is refused with the limit', () => {
    const tags = Array.from({ length: 450 }, () => 'x'.repeat(1000));
    const large = Array.from({ length: 10 }, (_, i) => rack(`web-${i}`, { spec: { color: 'red', size: 1, tags } }));
    given(...large)
      .whenTogether(...large.map((_, i) => paint(`web-${i}`, 'blue')))
      .thenRefused(
        'RequestEntityTooLarge',
        /^operations\[9\]: the transaction is \d+ bytes as stored so far, the limit is 4194304 bytes$/,
        'operations[9]',
      );
  });

  it('does nothing when one operation is refused, and names it', () => {
    given(rack('web-1'))
      .whenTogether(create(web('web-2')), create(web('web-1')))
      .thenRefused(
        'AlreadyExists',
        'operations[1]: racks.inventory.holdfast.dev "web-1" already exists',
        'operations[1]',
      );
    given()
      .whenTogether(create(web('web-2')), create({ ...web('web-3'), spec: { color: 'red', size: -1 } }))
      .thenRefused('Invalid', /^operations\[1\]: Rack/, 'operations[1].spec.size');
    given()
      .whenTogether(create(web('web-2')), create([]))
      .thenRefused('BadRequest', /^operations\[1\]: the body must be a JSON object/, 'operations[1]');
  });

  it('is refused as a whole when its lock has moved on', () => {
    const preparation = operationsOf([{ ...create(web('web-1')).write, body: web('web-1') }]);
    if (!preparation.ok) throw new Error(preparation.refusal.message);
    const fence = { lock: 'coordination.k8s.io/leases/default/controllers', epoch: 1 };
    expect(decideTransaction(world(), preparation.operations, context({ fence }))).toMatchObject({
      refusal: { reason: 'Conflict' },
    });
  });

  it('does several things at once', () => {
    given(rack('web-1'), rack('web-2'))
      .whenTogether(paint('web-1', 'blue'), remove('web-2'), create(web('web-3')))
      .then(
        {
          type: 'specChanged',
          object: rack('web-1', { metadata: { generation: 2 }, spec: { color: 'blue', size: 1 } }),
          changed: ['/spec/color'],
          previous: GIVEN_VERSION,
        },
        { type: 'deleted', object: rack('web-2'), previous: GIVEN_VERSION },
        { type: 'created', object: rack('web-3', { metadata: { uid: 'new-uid-1', creationTimestamp: NOW } }) },
      );
  });

  it('tells of every operation what became of its object', () => {
    const state = world(rack('web-1'), rack('web-2'));
    const decision = transactOn(state, [
      paint('web-1', 'red'),
      remove('web-2'),
      create(web('web-3')),
      paint('web-3', 'blue'),
      create(web('web-4')),
      remove('web-4'),
    ]);
    expect(decision).toMatchObject({
      kind: 'accepted',
      results: [
        { kind: 'unchanged', current: { version: GIVEN_VERSION } },
        { kind: 'removed' },
        { kind: 'event', index: 1 },
        { kind: 'event', index: 1 },
        { kind: 'removed' },
        { kind: 'removed' },
      ],
    });
    expect(decision).toHaveProperty('events.length', 2);
  });
});

describe('later operations of a transaction', () => {
  it('see what earlier ones did', () => {
    given()
      .whenTogether(create(web('web-1')), create(web('web-1')))
      .thenRefused('AlreadyExists', /^operations\[1\]/);
    given(rack('web-1'))
      .whenTogether(remove('web-1'), paint('web-1', 'blue'))
      .thenRefused('NotFound', /^operations\[1\]/);
  });

  it('find the namespace that an earlier one made', () => {
    given()
      .whenTogether(
        create({ metadata: { name: 'lab' } }, namespaceTarget('')),
        create({ ...web('web-1'), metadata: { name: 'web-1' } }, { namespace: 'lab' }),
      )
      .then(
        { type: 'created', object: expect.objectContaining({ kind: 'Namespace' }) as never },
        { type: 'created', object: expect.objectContaining({ kind: 'Rack' }) as never },
      );
  });

  it('find the namespace closed that an earlier one deleted', () => {
    given({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lab' }, spec: { finalizers: ['kubernetes'] } })
      .whenTogether(
        remove('lab', namespaceTarget('lab')),
        create({ ...web('web-1'), metadata: { name: 'web-1' } }, { namespace: 'lab' }),
      )
      .thenRefused('Forbidden', /because it is being terminated$/, 'operations[1].metadata.namespace');
  });

  it('find the kind that an earlier one declared', () => {
    const trucks = {
      spec: {
        group: 'fleet.example.com',
        scope: 'Namespaced',
        names: { plural: 'trucks', kind: 'Truck' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
      metadata: { name: 'trucks.fleet.example.com' },
    };
    const truck = { apiVersion: 'fleet.example.com/v1', kind: 'Truck', metadata: { name: 'big' } };
    given()
      .whenTogether(create(trucks, crdTarget('')), create(truck, { group: 'fleet.example.com', resource: 'trucks' }))
      .then(
        { type: 'created', object: expect.objectContaining({ kind: 'CustomResourceDefinition' }) as never },
        { type: 'created', object: expect.objectContaining({ kind: 'Truck' }) as never },
      );
  });

  it('can refer to an object by the uid that its creator chose', () => {
    const owner = { apiVersion: 'inventory.holdfast.dev/v1', kind: 'Rack', name: 'web-2', uid: 'uid-chosen' };
    const { write, body } = create(web('web-2'));
    given(rack('web-1'))
      .whenTogether(
        { write: { ...write, uid: 'uid-chosen' } as Write, body },
        mergePatch('web-1', { metadata: { ownerReferences: [owner] } }),
      )
      .then(
        { type: 'created', object: rack('web-2', { metadata: { uid: 'uid-chosen', creationTimestamp: NOW } }) },
        {
          type: 'metadataChanged',
          object: rack('web-1', { metadata: { ownerReferences: [owner] } }),
          changed: ['/metadata/ownerReferences'],
          previous: GIVEN_VERSION,
        },
      );
  });

  it('may name the version that an object had before the transaction', () => {
    given(rack('web-1'))
      .whenTogether(
        update('web-1', at(GIVEN_VERSION, { ...web('web-1'), spec: { color: 'blue' } })),
        update('web-1', at(GIVEN_VERSION, { ...web('web-1'), spec: { color: 'green' } })),
      )
      .thenObject('specChanged', { spec: { color: 'green', size: 1 } });
  });
});

describe('several operations on one object are one event', () => {
  it('from the first state to the last', () => {
    given(rack('web-1'))
      .whenTogether(
        status('web-1', true),
        paint('web-1', 'blue'),
        mergePatch('web-1', { metadata: { labels: { a: 'b' } } }),
      )
      .then({
        type: 'specChanged',
        object: rack('web-1', {
          metadata: { generation: 2, labels: { a: 'b' } },
          spec: { color: 'blue', size: 1 },
          status: { ready: true },
        }),
        changed: ['/metadata/labels', '/spec/color', '/status'],
        previous: GIVEN_VERSION,
      });
  });

  it('of status rather than of metadata', () => {
    given(rack('web-1'))
      .whenTogether(mergePatch('web-1', { metadata: { labels: { a: 'b' } } }), status('web-1', true))
      .thenObject('statusChanged', { status: { ready: true } });
  });

  it('created, whatever came after', () => {
    given()
      .whenTogether(create(web('web-1')), paint('web-1', 'blue'), status('web-1', true))
      .then({
        type: 'created',
        object: rack('web-1', {
          metadata: { uid: 'new-uid-1', creationTimestamp: NOW, generation: 2 },
          spec: { color: 'blue', size: 1 },
          status: { ready: true },
        }),
      });
  });

  it('deleted, whatever came before', () => {
    given(rack('web-1'))
      .whenTogether(paint('web-1', 'blue'), remove('web-1'))
      .then({
        type: 'deleted',
        object: rack('web-1', { metadata: { generation: 2 }, spec: { color: 'blue', size: 1 } }),
        changed: ['/spec/color'],
        previous: GIVEN_VERSION,
      });
  });

  it('deletionRequested rather than specChanged', () => {
    given(rack('web-1', { metadata: { finalizers: ['holdfast.dev/a'] } }))
      .whenTogether(paint('web-1', 'blue'), remove('web-1'))
      .thenObject('deletionRequested', { spec: { color: 'blue', size: 1 } });
  });

  it('deleted when they ask for the deletion and let go', () => {
    given(rack('web-1', { metadata: { finalizers: ['holdfast.dev/a'] } }))
      .whenTogether(remove('web-1'), jsonPatch('web-1', [{ op: 'remove', path: '/metadata/finalizers' }]))
      .thenObject('deleted', {});
  });

  it('none when they create and delete', () => {
    given()
      .whenTogether(create(web('web-1')), remove('web-1'))
      .then();
  });

  it('none when they end where they began', () => {
    given(rack('web-1')).whenTogether(paint('web-1', 'blue'), paint('web-1', 'red')).then();
  });

  it('but two when another object takes the name', () => {
    given(rack('web-1'))
      .whenTogether(remove('web-1'), create(web('web-1')))
      .then(
        { type: 'deleted', object: rack('web-1'), previous: GIVEN_VERSION },
        { type: 'created', object: rack('web-1', { metadata: { uid: 'new-uid-1', creationTimestamp: NOW } }) },
      );
  });
});
