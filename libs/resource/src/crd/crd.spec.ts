import { describe, expect, it } from '@jest/globals';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import {
  at,
  create,
  crdTarget,
  decideOn,
  given,
  GIVEN_VERSION,
  mergePatch,
  NOW,
  rackKind,
  remove,
  update,
  world,
} from '../decide/decide.fixtures.js';
import { kindFromCrd } from './kind-from-crd.js';

const version = (name: string, changes: JsonObject = {}): JsonObject => ({
  name,
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } },
  ...changes,
});

const trucks = (spec: JsonObject = {}, name = 'trucks.fleet.example.com'): JsonObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
  spec: {
    group: 'fleet.example.com',
    scope: 'Namespaced',
    names: { plural: 'trucks', kind: 'Truck' },
    versions: [version('v1')],
    ...spec,
  },
});

const declare = (crd: JsonObject) => create(crd, crdTarget(''));

/** The definition as it is stored once it was accepted. */
const stored = (spec: JsonObject = {}): JsonObject => {
  const decision = decideOn(world(), declare(trucks(spec)));
  if (decision.kind !== 'accepted') throw new Error(JSON.stringify(decision));
  return decision.events[0]?.object ?? {};
};

const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: NOW,
});
const named = (names: JsonObject): JsonObject => ({ plural: 'trucks', kind: 'Truck', ...names });
const oneVersion = (changes: JsonObject): JsonObject => ({ versions: [version('v1', changes)] });

describe('a CustomResourceDefinition', () => {
  it.each<[string, JsonObject, string]>([
    ['another name than plural.group', trucks({}, 'lorries.fleet.example.com'), 'metadata.name'],
    ['a group without a dot', trucks({ group: 'fleet' }, 'trucks.fleet'), 'spec.group'],
    ['a group that is no domain', trucks({ group: 'Fleet.example' }, 'trucks.Fleet.example'), 'metadata.name'],
    [
      'an odd plural',
      trucks({ names: named({ plural: '2trucks' }) }, '2trucks.fleet.example.com'),
      'spec.names.plural',
    ],
    [
      'an odd kind',
      trucks({ names: named({ kind: 'Big Truck', singular: 'truck', listKind: 'Trucks' }) }),
      'spec.names.kind',
    ],
    ['an odd short name', trucks({ names: named({ shortNames: ['T'] }) }), 'spec.names.shortNames[0]'],
    ['one name for kind and list', trucks({ names: named({ listKind: 'Truck' }) }), 'spec.names.listKind'],
    ['an unknown scope', trucks({ scope: 'Galaxy' }), 'spec.scope'],
    ['no versions', trucks({ versions: [] }), 'spec.versions'],
    ['an odd version', trucks({ versions: [version('1.0')] }), 'spec.versions[0].name'],
    ['no storage version', trucks(oneVersion({ storage: false })), 'spec.versions'],
    ['two storage versions', trucks({ versions: [version('v1'), version('v2')] }), 'spec.versions'],
    ['no schema', trucks(oneVersion({ schema: {} })), 'spec.versions[0].schema.openAPIV3Schema'],
    ['preserveUnknownFields', trucks({ preserveUnknownFields: true }), 'spec.preserveUnknownFields'],
    ['a conversion webhook', trucks({ conversion: { strategy: 'Webhook' } }), 'spec.conversion.strategy'],
    [
      'a column of an unknown type',
      trucks(oneVersion({ additionalPrinterColumns: [{ name: 'A', type: 'money', jsonPath: '.a' }] })),
      'spec.versions[0].additionalPrinterColumns[0].type',
    ],
    [
      'a scale outside of the spec',
      trucks(
        oneVersion({ subresources: { scale: { specReplicasPath: '.metadata.x', statusReplicasPath: '.status.r' } } }),
      ),
      'spec.versions[0].subresources.scale.specReplicasPath',
    ],
    [
      'a selectable field that its schema does not know',
      trucks(oneVersion({ selectableFields: [{ jsonPath: '.spec.color' }] })),
      'spec.versions[0].selectableFields[0].jsonPath',
    ],
  ])('with %s is refused', (_what, crd, field) => {
    given()
      .when(declare(crd))
      .thenRefused('Invalid', /is invalid/, ...(field === 'metadata.name' ? [] : [field]));
  });

  it('with more than eight selectable fields is refused', () => {
    const properties = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, { type: 'string' }]));
    const selectableFields = Object.keys(properties).map((name) => ({ jsonPath: `.${name}` }));
    const schema = { openAPIV3Schema: { type: 'object', properties } };
    given()
      .when(declare(trucks(oneVersion({ schema, selectableFields }))))
      .thenRefused('Invalid', /Too many: 9: must have at most 8 items$/, 'spec.versions[0].selectableFields');
  });

  it('is established at once, with the names that were left out', () => {
    const names = { plural: 'trucks', singular: 'truck', kind: 'Truck', listKind: 'TruckList' };
    given()
      .when(declare(trucks()))
      .thenObject('created', {
        metadata: expect.objectContaining({ finalizers: ['customresourcecleanup.apiextensions.k8s.io'] }) as unknown,
        spec: { ...objectAt(trucks(), 'spec'), names, conversion: { strategy: 'None' } },
        status: {
          conditions: [
            condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'),
            condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted'),
          ],
          acceptedNames: names,
          storedVersions: ['v1'],
        },
      });
  });

  it('whose names belong to another kind is not established', () => {
    given(rackKind({}, { group: 'fleet.example.com', plural: 'lorries', singular: 'truck', kind: 'Lorry' }))
      .when(declare(trucks()))
      .thenObject('created', {
        status: {
          conditions: [
            condition('NamesAccepted', 'False', 'SingularConflict', '"truck" is already in use'),
            condition('Established', 'False', 'NotAccepted', 'not all names are accepted'),
          ],
          acceptedNames: {},
          storedVersions: ['v1'],
        },
      });
  });

  it('is established when it is written again once its names are free', () => {
    const clashing = rackKind({}, { group: 'fleet.example.com', plural: 'lorries', singular: 'truck', kind: 'Lorry' });
    const decision = decideOn(world(clashing), declare(trucks()));
    const waiting = decision.kind === 'accepted' ? (decision.events[0]?.object ?? {}) : {};
    given(waiting)
      .when(update('trucks.fleet.example.com', at(GIVEN_VERSION, trucks()), crdTarget('trucks.fleet.example.com')))
      .thenObject('statusChanged', { status: objectAt(stored(), 'status') });
  });

  it('keeps its accepted names when new ones clash', () => {
    given(stored(), rackKind({}, { group: 'fleet.example.com', plural: 'lorries', shortNames: ['tr'] }))
      .when(
        mergePatch(
          'trucks.fleet.example.com',
          { spec: { names: { shortNames: ['tr'] } } },
          crdTarget('trucks.fleet.example.com'),
        ),
      )
      .thenObject('specChanged', {
        status: expect.objectContaining({
          acceptedNames: { plural: 'trucks', singular: 'truck', kind: 'Truck', listKind: 'TruckList' },
          conditions: [
            condition('NamesAccepted', 'False', 'ShortNamesConflict', '"tr" is already in use'),
            condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted'),
          ],
        }) as unknown,
      });
  });

  it('with rules in CEL is told that they are not evaluated, at each write', () => {
    const rules = [{ rule: 'self.min <= self.max' }, { rule: 'self.max < 10' }];
    const spec = { type: 'object', 'x-kubernetes-validations': rules };
    const list = { type: 'array', items: { type: 'string', 'x-kubernetes-validations': [{ rule: "self != ''" }] } };
    const schema = { openAPIV3Schema: { type: 'object', properties: { spec, list } } };
    const versions = [version('v1'), version('v2', { storage: false, schema })];
    const warning =
      'spec.versions[1].schema.openAPIV3Schema: x-kubernetes-validations (3 rules) is accepted but not evaluated';
    given()
      .when(declare(trucks({ versions })))
      .thenWarns(warning);
    given(stored({ versions }))
      .when(
        mergePatch(
          'trucks.fleet.example.com',
          { metadata: { labels: { a: 'b' } } },
          crdTarget('trucks.fleet.example.com'),
        ),
      )
      .thenWarns(warning);
  });

  it('without rules in CEL is told nothing', () => {
    given().when(declare(trucks())).thenWarns();
  });

  it('is established by a patch of nothing once its names are free', () => {
    const clashing = rackKind({}, { group: 'fleet.example.com', plural: 'lorries', singular: 'truck', kind: 'Lorry' });
    const decision = decideOn(world(clashing), declare(trucks()));
    const waiting = decision.kind === 'accepted' ? (decision.events[0]?.object ?? {}) : {};
    const nothing = mergePatch('trucks.fleet.example.com', {}, crdTarget('trucks.fleet.example.com'));
    given(waiting)
      .when(nothing)
      .thenObject('statusChanged', { status: objectAt(stored(), 'status') });
    given(clashing, waiting).when(nothing).thenNothingChanges();
  });

  it('written again as it is changes nothing', () => {
    given(stored())
      .when(update('trucks.fleet.example.com', at(GIVEN_VERSION, stored()), crdTarget('trucks.fleet.example.com')))
      .thenNothingChanges();
  });
});

describe('a change of a CustomResourceDefinition', () => {
  const change = (spec: JsonObject) =>
    mergePatch('trucks.fleet.example.com', { spec }, crdTarget('trucks.fleet.example.com'));

  it.each<[string, JsonObject, string]>([
    ['the scope', { scope: 'Cluster' }, 'spec.scope'],
    ['the kind', { names: { kind: 'Lorry' } }, 'spec.names.kind'],
  ])('of %s is refused', (_what, spec, field) => {
    given(stored())
      .when(change(spec))
      .thenRefused('Invalid', /field is immutable$/, field);
  });

  it('that takes away a version in which objects are stored is refused', () => {
    given(stored())
      .when(change({ versions: [version('v2')] }))
      .thenRefused(
        'Invalid',
        /status.storedVersions\[0\]: Invalid value: "v1": missing from spec.versions/,
        'status.storedVersions[0]',
      );
  });

  it('to another storage version remembers the one before', () => {
    given(stored())
      .when(change({ versions: [version('v1', { storage: false }), version('v2')] }))
      .thenObject('specChanged', { status: expect.objectContaining({ storedVersions: ['v1', 'v2'] }) as unknown });
  });

  it('may take a version away once nothing is stored in it', () => {
    const moved = stored({ versions: [version('v1', { storage: false }), version('v2')] });
    expect(objectAt(moved, 'status')['storedVersions']).toEqual(['v2']);
    given(moved)
      .when(change({ versions: [version('v2')] }))
      .thenObject('specChanged', { status: expect.objectContaining({ storedVersions: ['v2'] }) as unknown });
  });

  it('through /status may forget a stored version, but not the present one', () => {
    const both = { ...stored({ versions: [version('v1', { storage: false }), version('v2')] }) };
    const migrated = { ...both, status: { ...objectAt(both, 'status'), storedVersions: ['v1', 'v2'] } };
    const place = { ...crdTarget('trucks.fleet.example.com'), subresource: 'status' as const };
    given(migrated)
      .when(mergePatch('trucks.fleet.example.com', { status: { storedVersions: ['v2'] } }, place))
      .thenObject('statusChanged', { status: expect.objectContaining({ storedVersions: ['v2'] }) as unknown });
    given(migrated)
      .when(mergePatch('trucks.fleet.example.com', { status: { storedVersions: ['v1'] } }, place))
      .thenNothingChanges();
  });

  it('of its deletion closes the kind until its objects are gone', () => {
    given(stored())
      .when(remove('trucks.fleet.example.com', crdTarget('trucks.fleet.example.com')))
      .thenObject('deletionRequested', {
        status: expect.objectContaining({
          conditions: expect.arrayContaining([
            condition('Terminating', 'True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress'),
          ]) as unknown,
        }) as unknown,
      });
  });
});

describe('the kind of a CustomResourceDefinition', () => {
  it('is none before the definition is established', () => {
    expect(kindFromCrd(trucks(), 7)).toBeUndefined();
  });

  it('is what the definition says', () => {
    const schema = {
      type: 'object',
      properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
    };
    const crd = stored({
      names: { plural: 'trucks', kind: 'Truck', shortNames: ['tr'], categories: ['all'] },
      versions: [
        version('v1beta1', { storage: false, deprecated: true }),
        version('v1', {
          schema: { openAPIV3Schema: schema },
          subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
          additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size', priority: 1 }],
          selectableFields: [{ jsonPath: '.spec.size' }],
        }),
      ],
    });
    expect(kindFromCrd(crd, 7)).toMatchObject({
      group: 'fleet.example.com',
      plural: 'trucks',
      singular: 'truck',
      kind: 'Truck',
      listKind: 'TruckList',
      shortNames: ['tr'],
      categories: ['all'],
      scope: 'Namespaced',
      builtIn: false,
      revision: 7,
      versions: [
        {
          name: 'v1beta1',
          storage: false,
          status: false,
          deprecationWarning: 'fleet.example.com/v1beta1 Truck is deprecated',
        },
        {
          name: 'v1',
          storage: true,
          status: true,
          schema,
          scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' },
          printerColumns: [{ name: 'Size', type: 'integer', priority: 1, jsonPath: '.spec.size' }],
          selectableFields: ['.spec.size'],
        },
      ],
    });
  });

  it('takes nothing new while its definition is being deleted', () => {
    const crd = stored();
    const going = { ...crd, metadata: { ...objectAt(crd, 'metadata'), deletionTimestamp: NOW } };
    expect(kindFromCrd(going, 7)).toMatchObject({ terminating: true });
  });
});
