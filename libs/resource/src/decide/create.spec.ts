import { describe, expect, it } from '@jest/globals';
import type { Write } from '@holdfast/contracts';
import { create, decideOn, given, namespace, NOW, rack, rackKind, world, written } from './decide.fixtures.js';

const web = written(rack('web-1'));
const named = (metadata: object) => ({ ...web, metadata: { name: 'web-1', ...metadata } });

describe('a create', () => {
  it('of an unknown kind is refused', () => {
    given()
      .when(create(web, { resource: 'trucks' }))
      .thenRefused('NotFound', 'the server could not find the requested resource');
  });

  it('in a version that is not served is refused', () => {
    given()
      .when(create(web, { version: 'v2' }))
      .thenRefused('NotFound', 'the server could not find the requested resource');
    given(rackKind({ served: false }))
      .when(create(web))
      .thenRefused('NotFound', 'the server could not find the requested resource');
  });

  it('of a namespaced kind outside of namespaces is refused', () => {
    given()
      .when(create(web, { namespace: '' }))
      .thenRefused('NotFound', 'the server could not find the requested resource');
  });

  it('in a namespace that does not exist is refused', () => {
    given()
      .when(create(named({ namespace: 'lab' }), { namespace: 'lab' }))
      .thenRefused('NotFound', 'namespaces "lab" not found');
  });

  it('in a namespace that is going away is refused', () => {
    given(namespace('lab', { metadata: { deletionTimestamp: NOW } }))
      .when(create(named({ namespace: 'lab' }), { namespace: 'lab' }))
      .thenRefused(
        'Forbidden',
        'racks.inventory.holdfast.dev "web-1" is forbidden: unable to create new content in namespace lab because it is being terminated',
        'metadata.namespace',
      );
  });

  it('comes without the status that was sent, unless one of our services makes both at once', () => {
    const status = { ready: true };
    const { write, body } = create({ ...web, status });
    const made = rack('web-1', { metadata: { uid: 'new-uid-1', creationTimestamp: NOW } });
    given().when({ write, body }).then({ type: 'created', object: made });
    given()
      .when({ write: { ...write, keepsStatus: true } as Write, body })
      .then({ type: 'created', object: { ...made, status } });
  });

  it('of a kind that is going away is refused', () => {
    given(rackKind({}, { terminating: true }))
      .when(create(web))
      .thenRefused('MethodNotAllowed', 'create not allowed while custom resource definition is terminating');
  });

  it.each<[string, object, RegExp]>([
    [
      'another namespace',
      { metadata: { name: 'web-1', namespace: 'lab' } },
      /^the namespace of the provided object does not match/,
    ],
    ['another kind', { kind: 'Truck' }, /^Truck in version "inventory.holdfast.dev\/v1" cannot be handled as a Rack$/],
    ['no kind', { kind: undefined }, /^Object 'Kind' is missing/],
    [
      'another version',
      { apiVersion: 'inventory.holdfast.dev/v2' },
      /does not match the expected API version \(inventory.holdfast.dev\/v1\)$/,
    ],
    [
      'labels that are no texts',
      { metadata: { name: 'web-1', labels: { a: 1 } } },
      /^metadata.labels.a: expected string, got number$/,
    ],
    ['a resourceVersion', { metadata: { name: 'web-1', resourceVersion: '7' } }, /^resourceVersion should not be set/],
  ])('whose body has %s is refused as a bad request', (_what, changes, message) => {
    given()
      .when(create({ ...web, ...changes }))
      .thenRefused('BadRequest', message);
  });

  it('of something else than an object is refused', () => {
    given()
      .when(create([1]))
      .thenRefused('BadRequest', 'the body must be a JSON object, not an array');
    given()
      .when(create(Buffer.from('{"a":')))
      .thenRefused('BadRequest', /json parse error/);
  });

  it('without a name is refused', () => {
    given()
      .when(create({ ...web, metadata: {} }))
      .thenRefused(
        'Invalid',
        'Rack.inventory.holdfast.dev "" is invalid: metadata.name: Required value: name or generateName is required',
        'metadata.name',
      );
  });

  it.each(['Web', 'web_1', '-web', 'a'.repeat(254)])('under the bad name %s is refused', (name) => {
    given()
      .when(create({ ...web, metadata: { name } }))
      .thenRefused('Invalid', /metadata.name: Invalid value/);
  });

  it('under a name of 253 characters is accepted', () => {
    const name = 'a'.repeat(253);
    given()
      .when(create({ ...web, metadata: { name } }))
      .thenObject('created', { spec: { color: 'red', size: 1 } });
  });

  it('is refused with all that is wrong with it', () => {
    given()
      .when(create({ ...web, metadata: { name: 'Web', labels: { 'a b': 'c' } }, spec: { color: 7 } }))
      .thenRefused('Invalid', /is invalid: \[metadata.name: .*spec.color: /, 'metadata.name', 'spec.color');
  });

  it('that adds to an object that exists is refused', () => {
    given(rack('web-1'))
      .when(create(web))
      .thenRefused('AlreadyExists', 'racks.inventory.holdfast.dev "web-1" already exists');
  });

  it('that would store more than 512 KiB is refused with the limit', () => {
    const annotations = Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`note-${i}`, 'x'.repeat(80_000)]));
    const tags = Array.from({ length: 300 }, () => 'y'.repeat(1000));
    given()
      .when(create({ ...web, metadata: { name: 'web-1', annotations }, spec: { color: 'red', tags } }))
      .thenRefused('RequestEntityTooLarge', /^the object is \d+ bytes as stored, the limit is 524288 bytes$/);
  });

  it('gives the object what only the server knows', () => {
    const stored = {
      apiVersion: 'inventory.holdfast.dev/v1',
      kind: 'Rack',
      metadata: {
        name: 'web-1',
        namespace: 'default',
        uid: 'new-uid-1',
        generation: 1,
        creationTimestamp: NOW,
        labels: { app: 'web' },
        finalizers: ['holdfast.dev/cleanup'],
      },
      spec: { color: 'red', size: 1 },
    };
    given()
      .when(
        create({
          ...web,
          metadata: {
            name: 'web-1',
            uid: 'mine',
            generation: 9,
            creationTimestamp: '1999-01-01T00:00:00Z',
            deletionTimestamp: '1999-01-01T00:00:00Z',
            deletionGracePeriodSeconds: 5,
            managedFields: [{ manager: 'kubectl' }],
            selfLink: '/somewhere',
            labels: { app: 'web' },
            annotations: {},
            finalizers: ['holdfast.dev/cleanup'],
          },
          spec: { color: 'red' },
          status: { ready: true },
        }),
      )
      .then({ type: 'created', object: stored });
  });

  it('keeps the status where it is no subresource', () => {
    given(rackKind({ status: false }))
      .when(create({ ...web, status: { ready: true } }))
      .thenObject('created', { status: { ready: true } });
  });

  it('names unknown fields as fieldValidation asks', () => {
    const odd = { ...web, spec: { color: 'red', sizes: 2 } };
    given()
      .when(create(odd))
      .thenWarns('unknown field "spec.sizes"')
      .thenObject('created', { spec: { color: 'red', size: 1 } });
    given()
      .when(create(odd, {}, { fieldValidation: 'Ignore' }))
      .thenWarns();
    given()
      .when(create(odd, {}, { fieldValidation: 'Strict' }))
      .thenRefused('BadRequest', 'strict decoding error: unknown field "spec.sizes"');
  });

  it('tells in its record what readers of the log need', () => {
    const decision = decideOn(world(), create(web));
    expect(decision).toMatchObject({
      outcome: 'created',
      events: [
        {
          key: { group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name: 'web-1' },
          record: {
            type: 'created',
            group: 'inventory.holdfast.dev',
            resource: 'racks',
            namespace: 'default',
            name: 'web-1',
            uid: 'new-uid-1',
            kind: 'Rack',
            apiVersion: 'v1',
            changed: [],
            fields: { 'spec.color': 'red' },
          },
        },
      ],
    });
  });
});

describe('a create with generateName', () => {
  const generated = (generateName: string) => ({ ...web, metadata: { generateName } });

  it('gets a name that is free', () => {
    given(rack('web-gen01'))
      .when(create(generated('web-')))
      .thenObject('created', { metadata: expect.objectContaining({ name: 'web-gen02', generateName: 'web-' }) });
  });

  it('cuts a long base to 58 characters', () => {
    given()
      .when(create(generated('a'.repeat(100))))
      .thenObject('created', { metadata: expect.objectContaining({ name: `${'a'.repeat(58)}gen01` }) });
  });

  it('is refused after eight names that were taken', () => {
    const taken = Array.from({ length: 8 }, (_, i) => rack(`web-gen0${i + 1}`));
    given(...taken)
      .when(create(generated('web-')))
      .thenRefused('AlreadyExists', /already exists, the server was not able to generate a unique name/);
  });

  it('whose base is no name is refused', () => {
    given()
      .when(create(generated('Web_')))
      .thenRefused('Invalid', /metadata.generateName: Invalid value/);
  });
});

describe('an admission made before the queue', () => {
  it('is made again when the kind has changed since', () => {
    const state = world();
    const stricter = rackKind({ schema: { type: 'object', required: ['owner'] } }, { revision: 901 });
    const before = decideOn(state, create(web));
    state.learn(stricter);
    expect(before.kind).toBe('accepted');
    expect(decideOn(state, create(web))).toMatchObject({ refusal: { reason: 'Invalid' } });
  });
});
