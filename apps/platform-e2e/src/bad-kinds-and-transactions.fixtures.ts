/** Bad input: definitions of kinds, and transactions. */
import type { JsonObject } from '@holdfast/kernel';

import { invalid, MERGE_PATCH, patch, post } from './bad-input.fixtures.js';
import type { Case } from './bad-input.fixtures.js';
import type { Sent } from './gateway-client.fixtures.js';
import { CRDS, GROUP, widget, widgetCrd, widgetVersion } from './widgets.fixtures.js';

const TRANSACTIONS = '/apis/holdfast.dev/v1/transactions';

const schemaWith = (spec: JsonObject): JsonObject => ({
  versions: [widgetVersion('v1', { schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } })],
});
const crd = (spec: JsonObject, names: { plural?: string; group?: string } = {}): Sent =>
  post(widgetCrd(spec, { plural: 'doodads', ...names }));
const versionField = (rest: string): string => `spec.versions[0].schema.openAPIV3Schema${rest}`;

export const kinds: readonly Case[] = [
  [
    'without types in its schema',
    'POST',
    CRDS,
    crd(schemaWith({ properties: { size: { type: 'integer' } } })),
    invalid([versionField('.properties[spec].type'), 'FieldValueRequired']),
  ],
  [
    'with logic that shapes',
    'POST',
    CRDS,
    crd(schemaWith({ type: 'object', anyOf: [{ properties: { a: { type: 'string' } } }] })),
    { code: 422, reason: 'Invalid', message: versionField('.properties[spec]') },
  ],
  [
    'without a dot in its group',
    'POST',
    CRDS,
    crd({}, { group: 'tests' }),
    { code: 422, reason: 'Invalid', message: 'spec.group' },
  ],
  [
    'named otherwise than its resource',
    'POST',
    CRDS,
    post({ ...widgetCrd({}, { plural: 'doodads' }), metadata: { name: 'other.tests.holdfast.dev' } }),
    invalid(['metadata.name', 'FieldValueInvalid']),
  ],
  ['without versions', 'POST', CRDS, crd({ versions: [] }), { code: 422, reason: 'Invalid', message: 'spec.versions' }],
  [
    'with two stored versions',
    'POST',
    CRDS,
    crd({ versions: [widgetVersion('v1'), widgetVersion('v2')] }),
    { code: 422, reason: 'Invalid', message: 'spec.versions' },
  ],
  [
    'that takes a stored version away',
    'PATCH',
    `${CRDS}/widgets.${GROUP}`,
    patch(MERGE_PATCH, { spec: { versions: [widgetVersion('v2')] } }),
    { code: 422, reason: 'Invalid', message: 'status.storedVersions[0]' },
  ],
  [
    'that moves to another scope',
    'PATCH',
    `${CRDS}/widgets.${GROUP}`,
    patch(MERGE_PATCH, { spec: { scope: 'Cluster' } }),
    { code: 422, reason: 'Invalid', message: 'spec.scope' },
  ],
];

const transaction = (...operations: readonly object[]): Sent => post({ operations });
const creation = (name: string, spec?: JsonObject) => ({
  op: 'create',
  object: widget(name, spec, { namespace: 'default' }),
});
export const transactions: readonly Case[] = [
  [
    'with one bad operation',
    'POST',
    TRANSACTIONS,
    transaction(creation('t-1'), creation('t-2', {})),
    invalid(['operations[1].spec.size', 'FieldValueRequired']),
  ],
  [
    'that meets what exists',
    'POST',
    TRANSACTIONS,
    transaction(creation('t-1'), creation('here')),
    { code: 409, reason: 'AlreadyExists', causes: [['operations[1]', 'FieldValueInvalid']] },
  ],
  [
    'of an unknown operation',
    'POST',
    TRANSACTIONS,
    transaction({ ...creation('t-1'), op: 'upsert' }),
    { code: 422, reason: 'Invalid', message: 'operations[0].op' },
  ],
  ['of nothing', 'POST', TRANSACTIONS, transaction(), { code: 422, reason: 'Invalid', message: 'operations' }],
  [
    'of 1,001 operations',
    'POST',
    TRANSACTIONS,
    transaction(...Array.from({ length: 1001 }, (_, i) => creation(`t-${i}`))),
    { code: 413, reason: 'RequestEntityTooLarge', message: '1000' },
  ],
];
