import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { JsonObject } from '@holdfast/kernel';
import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import type { Sent } from './gateway-client.fixtures.js';
import {
  configMap,
  CONFIG_MAPS,
  CRDS,
  declareWidgets,
  GROUP,
  widget,
  widgetCrd,
  widgetVersion,
  WIDGETS,
} from './widgets.fixtures.js';

/** What must come back: the code, the reason, a part of the message, and the fields that the causes name. */
interface Refused {
  readonly code: number;
  readonly reason: string;
  readonly message?: string;
  readonly causes?: readonly (readonly [field: string, reason: string])[];
}

type Case = readonly [title: string, method: string, path: string, sent: Sent, refused: Refused];

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const YAML = 'application/yaml';
const HERE = `${WIDGETS}/here`;
const TRANSACTIONS = '/apis/holdfast.dev/v1/transactions';

const badRequest = (message: string): Refused => ({ code: 400, reason: 'BadRequest', message });
const invalid = (...causes: NonNullable<Refused['causes']>): Refused => ({ code: 422, reason: 'Invalid', causes });
const notFound = (message: string): Refused => ({ code: 404, reason: 'NotFound', message });
const noSuchResource = notFound('the server could not find the requested resource');
const post = (body: Sent['body'], more: Sent = {}): Sent => ({ ...more, ...(body === undefined ? {} : { body }) });
const patch = (type: string, body: object | string): Sent => ({ body, type });
const deep = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const longName = (length: number): string => `${'a'.repeat(60)}.`.repeat(5).slice(0, length - 1) + 'z';

const bodies: readonly Case[] = [
  ['JSON that ends early', 'POST', WIDGETS, post('{"apiVersion":"v1",'), badRequest('')],
  ['YAML that is none', 'POST', WIDGETS, post('a: [1,\nb: {', { type: YAML }), badRequest('YAML')],
  ['no body', 'POST', WIDGETS, {}, badRequest('')],
  ['a list instead of an object', 'POST', WIDGETS, post('[]'), badRequest('')],
  ['null instead of an object', 'POST', WIDGETS, post('null'), badRequest('')],
  ['two YAML documents', 'POST', WIDGETS, post('a: 1\n---\nb: 2\n', { type: YAML }), badRequest('2 documents')],
  [
    'a key twice in JSON',
    'POST',
    WIDGETS,
    post(JSON.stringify(widget('twice')).replace('"size":1', '"size":1,"size":2')),
    badRequest('strict decoding error: duplicate field "spec.size"'),
  ],
  [
    'a key twice in YAML',
    'POST',
    WIDGETS,
    post(`apiVersion: ${GROUP}/v1\nkind: Widget\nmetadata: {name: twice}\nspec:\n  size: 1\n  size: 2\n`, {
      type: YAML,
    }),
    badRequest('unique'),
  ],
  ['a NUL in a string', 'POST', CONFIG_MAPS, post(configMap('nul', { a: '\u0000' })), badRequest('data.a')],
  ['half a surrogate pair', 'POST', CONFIG_MAPS, post('{"data":{"a":"\\ud800"}}'), badRequest('data.a')],
  [
    'an integer that JSON cannot carry safely',
    'POST',
    WIDGETS,
    post(JSON.stringify(widget('large')).replace('"size":1', '"size":9007199254740993')),
    badRequest('spec.size'),
  ],
  ['nesting without end', 'POST', CONFIG_MAPS, post(deep(300)), badRequest('')],
  ['a key that poisons objects', 'POST', CONFIG_MAPS, post('{"data":{"__proto__":"x"}}'), badRequest('__proto__')],
  [
    'a body beyond 3 MiB',
    'POST',
    CONFIG_MAPS,
    post(configMap('huge', { a: 'x'.repeat(3 * 1024 * 1024) })),
    { code: 413, reason: 'RequestEntityTooLarge', message: '3145728' },
  ],
  [
    'an object beyond 512 KiB',
    'POST',
    CONFIG_MAPS,
    post(configMap('large', { a: 'x'.repeat(513 * 1024) })),
    { code: 413, reason: 'RequestEntityTooLarge', message: '524288' },
  ],
  [
    'annotations beyond 256 KiB',
    'POST',
    CONFIG_MAPS,
    post(configMap('noted', {}, { annotations: { a: 'x'.repeat(257 * 1024) } })),
    invalid(['metadata.annotations', 'FieldValueTooLong']),
  ],
];

const fields: readonly Case[] = [
  [
    'a wrong type',
    'POST',
    WIDGETS,
    post(widget('x', { size: 'big' })),
    invalid(['spec.size', 'FieldValueTypeInvalid']),
  ],
  ['a missing field', 'POST', WIDGETS, post(widget('x', {})), invalid(['spec.size', 'FieldValueRequired'])],
  ['a value too small', 'POST', WIDGETS, post(widget('x', { size: 0 })), invalid(['spec.size', 'FieldValueInvalid'])],
  [
    'a value that is not in the list',
    'POST',
    WIDGETS,
    post(widget('x', { size: 1, color: 'mauve' })),
    invalid(['spec.color', 'FieldValueNotSupported']),
  ],
  [
    'several faults at once',
    'POST',
    WIDGETS,
    post(widget('x', { color: 'mauve', parts: ['a', 2] })),
    invalid(
      ['spec.size', 'FieldValueRequired'],
      ['spec.color', 'FieldValueNotSupported'],
      ['spec.parts[1]', 'FieldValueTypeInvalid'],
    ),
  ],
  [
    'an unknown field where that matters',
    'POST',
    `${WIDGETS}?fieldValidation=Strict`,
    post(widget('x', { size: 1, colour: 'red' })),
    badRequest('strict decoding error: unknown field "spec.colour"'),
  ],
  ['another kind', 'POST', WIDGETS, post({ ...widget('x'), kind: 'Gadget' }), badRequest('Gadget')],
  ['another version', 'POST', WIDGETS, post({ ...widget('x'), apiVersion: `${GROUP}/v2` }), badRequest('v2')],
  [
    'a namespace that is not that of the path',
    'POST',
    WIDGETS,
    post(widget('x', { size: 1 }, { namespace: 'other' })),
    badRequest('the namespace of the provided object does not match the namespace sent on the request'),
  ],
  [
    'a name that is not that of the path',
    'PUT',
    HERE,
    post(widget('there')),
    badRequest('the name of the object (there) does not match the name on the URL (here)'),
  ],
  [
    'no name',
    'POST',
    WIDGETS,
    post({ ...widget('x'), metadata: {} }),
    invalid(['metadata.name', 'FieldValueRequired']),
  ],
  ['a name in capitals', 'POST', WIDGETS, post(widget('Here')), invalid(['metadata.name', 'FieldValueInvalid'])],
  ['a name of 254', 'POST', WIDGETS, post(widget(longName(254))), invalid(['metadata.name', 'FieldValueInvalid'])],
  [
    'a namespace of 64',
    'POST',
    '/api/v1/namespaces',
    post({ metadata: { name: 'n'.repeat(64) } }),
    invalid(['metadata.name', 'FieldValueInvalid']),
  ],
  [
    'a label key outside the grammar',
    'POST',
    WIDGETS,
    post(widget('x', { size: 1 }, { labels: { 'a b': 'c' } })),
    invalid(['metadata.labels', 'FieldValueInvalid']),
  ],
  [
    'a label value of 64',
    'POST',
    WIDGETS,
    post(widget('x', { size: 1 }, { labels: { a: 'v'.repeat(64) } })),
    invalid(['metadata.labels', 'FieldValueInvalid']),
  ],
  [
    'a label that is no text',
    'POST',
    WIDGETS,
    post(widget('x', { size: 1 }, { labels: { a: 5 } })),
    badRequest('metadata.labels'),
  ],
  [
    'an owner without a name',
    'POST',
    WIDGETS,
    post(widget('x', { size: 1 }, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', uid: 'u' }] })),
    invalid(['metadata.ownerReferences[0].name', 'FieldValueRequired']),
  ],
  [
    'a status that is not text',
    'PUT',
    `${HERE}/status`,
    post({ ...widget('here'), status: 5 }),
    { code: 422, reason: 'Invalid' },
  ],
];

const addresses: readonly Case[] = [
  ['an unknown group', 'GET', '/apis/nobody.example/v1/things', {}, noSuchResource],
  ['an unknown version', 'GET', `/apis/${GROUP}/v9/widgets`, {}, noSuchResource],
  ['an unknown kind', 'POST', `/apis/${GROUP}/v1/namespaces/default/gadgets`, post(widget('x')), noSuchResource],
  ['an unknown part', 'GET', `${HERE}/scale`, {}, noSuchResource],
  [
    'an unknown namespace',
    'POST',
    WIDGETS.replace('default', 'nowhere'),
    post(widget('x')),
    notFound('namespaces "nowhere" not found'),
  ],
  ['an unknown name', 'GET', `${WIDGETS}/absent`, {}, notFound(`widgets.${GROUP} "absent" not found`)],
  ['deleting what is not there', 'DELETE', `${WIDGETS}/absent`, {}, notFound(`widgets.${GROUP} "absent" not found`)],
  ['a path that cannot be decoded', 'GET', `${WIDGETS}/%zz`, {}, badRequest('')],
  ['replacing a collection', 'PUT', WIDGETS, post(widget('x')), { code: 405, reason: 'MethodNotAllowed' }],
  ['creating in an object', 'POST', HERE, post(widget('x')), { code: 405, reason: 'MethodNotAllowed' }],
  [
    'the namespace that everything needs',
    'DELETE',
    '/api/v1/namespaces/default',
    {},
    { code: 403, reason: 'Forbidden' },
  ],
  [
    'an unknown option',
    'POST',
    `${WIDGETS}?fieldValidation=Loose`,
    post(widget('x')),
    { code: 422, reason: 'Invalid', message: 'fieldValidation' },
  ],
  [
    'a dry run of something',
    'POST',
    `${WIDGETS}?dryRun=Some`,
    post(widget('x')),
    { code: 422, reason: 'Invalid', message: 'dryRun' },
  ],
];

const versions: readonly Case[] = [
  [
    'an old version',
    'PUT',
    HERE,
    post(widget('here', { size: 7 }, { resourceVersion: '1024' })),
    {
      code: 409,
      reason: 'Conflict',
      message: 'the object has been modified; please apply your changes to the latest version',
    },
  ],
  [
    'an old version in a patch',
    'PATCH',
    HERE,
    patch(MERGE_PATCH, { metadata: { resourceVersion: '1024' } }),
    { code: 409, reason: 'Conflict' },
  ],
  [
    'no version',
    'PUT',
    HERE,
    post(widget('here', { size: 7 })),
    invalid(['metadata.resourceVersion', 'FieldValueInvalid']),
  ],
  [
    'a version that is no number',
    'PUT',
    HERE,
    post(widget('here', { size: 7 }, { resourceVersion: 'new' })),
    { code: 422, reason: 'Invalid', message: 'metadata.resourceVersion' },
  ],
  [
    'an older version to be deleted',
    'DELETE',
    HERE,
    post({ preconditions: { resourceVersion: '1024' } }),
    { code: 409, reason: 'Conflict' },
  ],
  [
    'another object to be deleted',
    'DELETE',
    HERE,
    post({ preconditions: { uid: 'another' } }),
    { code: 409, reason: 'Conflict' },
  ],
  [
    'a list at a version that is no number',
    'GET',
    `${WIDGETS}?resourceVersion=new`,
    {},
    { code: 400, reason: 'BadRequest', message: 'resourceVersion' },
  ],
  [
    'a list at a version yet to come',
    'GET',
    `${WIDGETS}?resourceVersion=900000000000000&resourceVersionMatch=Exact`,
    {},
    { code: 410, reason: 'Expired', message: 'beyond the end of the log' },
  ],
  [
    'a list not older than a version yet to come',
    'GET',
    `${WIDGETS}?resourceVersion=900000000000000`,
    {},
    { code: 504, reason: 'Timeout', message: 'Too large resource version' },
  ],
  [
    'a match without a version',
    'GET',
    `${WIDGETS}?resourceVersionMatch=Exact`,
    {},
    { code: 422, reason: 'Invalid', message: 'resourceVersionMatch' },
  ],
  ['a page after nothing known', 'GET', `${WIDGETS}?limit=5&continue=nonsense`, {}, badRequest('continue')],
  ['a limit that is no number', 'GET', `${WIDGETS}?limit=many`, {}, badRequest('limit')],
  ['a time that is none', 'GET', `${WIDGETS}?at=yesterday`, {}, badRequest('yesterday')],
  [
    'a rollback to a version yet to come',
    'POST',
    `${HERE}/rollback`,
    post({ toResourceVersion: '900000000000000' }),
    { code: 410, reason: 'Expired' },
  ],
];

const selectors: readonly Case[] = [
  [
    'a label selector that ends early',
    'GET',
    `${WIDGETS}?labelSelector=${encodeURIComponent('a in (')}`,
    {},
    badRequest('unable to parse'),
  ],
  [
    'a label selector with a bad key',
    'GET',
    `${WIDGETS}?labelSelector=${encodeURIComponent('a b=c')}`,
    {},
    badRequest(''),
  ],
  [
    'a field selector without an operator',
    'GET',
    `${WIDGETS}?fieldSelector=nonsense`,
    {},
    badRequest('invalid selector'),
  ],
  [
    'a field that cannot be selected',
    'GET',
    `${WIDGETS}?fieldSelector=spec.size=1`,
    {},
    badRequest('field label not supported: spec.size'),
  ],
  [
    'the same in a watch',
    'GET',
    `${WIDGETS}?watch=1&fieldSelector=spec.size=1`,
    {},
    badRequest('field label not supported'),
  ],
];

const unsupported: Refused = { code: 415, reason: 'UnsupportedMediaType' };
const types: readonly Case[] = [
  ['plain text', 'POST', WIDGETS, post('hello', { type: 'text/plain' }), unsupported],
  ['a patch that does not say how', 'PATCH', HERE, patch('application/json', {}), unsupported],
  [
    'a strategic patch of a kind without strategy',
    'PATCH',
    HERE,
    patch('application/strategic-merge-patch+json', {}),
    unsupported,
  ],
  [
    'protobuf that is none',
    'POST',
    CONFIG_MAPS,
    post('k8s?', { type: 'application/vnd.kubernetes.protobuf' }),
    badRequest(''),
  ],
  [
    'an answer in a form that nobody speaks',
    'GET',
    HERE,
    { headers: { accept: 'image/png' } },
    { code: 406, reason: 'NotAcceptable' },
  ],
];

const unauthorized: Refused = { code: 401, reason: 'Unauthorized' };
const tokens: readonly Case[] = [
  ['a wrong token', 'POST', WIDGETS, post(widget('x'), { token: 'wrong' }), unauthorized],
  ['an empty token', 'POST', WIDGETS, post(widget('x'), { token: '' }), unauthorized],
  ['no token', 'POST', WIDGETS, post(widget('x'), { token: null }), unauthorized],
  [
    'a password instead',
    'GET',
    WIDGETS,
    { token: null, headers: { authorization: 'Basic YWRtaW46YWRtaW4=' } },
    unauthorized,
  ],
  ['no token, for discovery', 'GET', '/apis', { token: null }, unauthorized],
];

const patches: readonly Case[] = [
  [
    'that tests false',
    'PATCH',
    HERE,
    patch(JSON_PATCH, [
      { op: 'test', path: '/spec/size', value: 99 },
      { op: 'replace', path: '/spec/size', value: 5 },
    ]),
    { code: 422, reason: 'Invalid' },
  ],
  [
    'that points nowhere',
    'PATCH',
    HERE,
    patch(JSON_PATCH, [{ op: 'replace', path: '/spec/no/where', value: 5 }]),
    { code: 422, reason: 'Invalid' },
  ],
  [
    'with an unknown operation',
    'PATCH',
    HERE,
    patch(JSON_PATCH, [{ op: 'multiply', path: '/spec/size', value: 5 }]),
    { code: 400, reason: 'BadRequest', message: 'multiply' },
  ],
  ['that is no list', 'PATCH', HERE, patch(JSON_PATCH, {}), badRequest('')],
  ['that is no object', 'PATCH', HERE, patch(MERGE_PATCH, []), badRequest('')],
  ['that ends early', 'PATCH', HERE, patch(MERGE_PATCH, '{"spec":'), badRequest('')],
  [
    'of 10,001 operations',
    'PATCH',
    HERE,
    patch(
      JSON_PATCH,
      Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'Widget' })),
    ),
    { code: 413, reason: 'RequestEntityTooLarge', message: '10000' },
  ],
  [
    'that makes a field wrong',
    'PATCH',
    HERE,
    patch(MERGE_PATCH, { spec: { size: 'big' } }),
    invalid(['spec.size', 'FieldValueTypeInvalid']),
  ],
  [
    'that changes who the object is',
    'PATCH',
    HERE,
    patch(MERGE_PATCH, { metadata: { uid: 'another' } }),
    { code: 409, reason: 'Conflict' },
  ],
  [
    'of nothing',
    'PATCH',
    `${WIDGETS}/absent`,
    patch(MERGE_PATCH, { spec: { size: 5 } }),
    notFound('"absent" not found'),
  ],
];

const schemaWith = (spec: JsonObject): JsonObject => ({
  versions: [widgetVersion('v1', { schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } })],
});
const crd = (spec: JsonObject, names: { plural?: string; group?: string } = {}): Sent =>
  post(widgetCrd(spec, { plural: 'doodads', ...names }));
const versionField = (rest: string): string => `spec.versions[0].schema.openAPIV3Schema${rest}`;

const kinds: readonly Case[] = [
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
const transactions: readonly Case[] = [
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

describe('bad input', () => {
  let test: TestStack;
  let client: GatewayClient;

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await declareWidgets(client);
    await client.create(WIDGETS, widget('here'));
    await quiet();
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  /** Where the log ends: whatever was written moves it. */
  const end = async (): Promise<string> => (await client.list('/api/v1/namespaces')).metadata.resourceVersion;

  /** Resolves when nobody has written for a while, so that a moved end is the doing of the test. */
  const quiet = (): Promise<boolean> => eventually(async () => (await end()) === (await end()), { everyMs: 300 });

  const isRefused = async (method: string, path: string, sent: Sent, refused: Refused): Promise<void> => {
    const before = await end();
    const { code, body } = await client.send(method, path, sent);
    expect(body).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: refused.code,
      reason: refused.reason,
      message: expect.stringContaining(refused.message ?? ''),
    });
    expect(code).toBe(refused.code);
    const { causes = [] } = (body['details'] ?? {}) as { causes?: readonly { field: string; reason: string }[] };
    for (const [field, reason] of refused.causes ?? [])
      expect(causes).toContainEqual(expect.objectContaining({ field, reason }));
    expect(await end()).toBe(before);
  };

  describe.each([
    ['a body', bodies],
    ['a field', fields],
    ['an address', addresses],
    ['a version', versions],
    ['a selector', selectors],
    ['a media type', types],
    ['a credential', tokens],
    ['a patch', patches],
    ['a kind', kinds],
    ['a transaction', transactions],
  ])('%s that is wrong is refused precisely and changes nothing:', (_what, cases) => {
    it.each(cases)('%s', (_title, method, path, sent, refused) => isRefused(method, path, sent, refused));
  });

  it('an Idempotency-Key that was used for something else is refused', async () => {
    const headers = { 'idempotency-key': 'once' };
    await client.send('POST', CONFIG_MAPS, { body: configMap('once'), headers });
    await isRefused('POST', CONFIG_MAPS, { body: configMap('twice'), headers }, { code: 422, reason: 'Invalid' });
  });

  it('a watch from a version yet to come ends at once with 410', async () => {
    const { body } = await client.send('GET', `${WIDGETS}?watch=1&resourceVersion=900000000000000`);
    expect(body).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  });

  it('what is only unwise is done with a warning, for who asks for warnings', async () => {
    const body = JSON.stringify(widget('lax', { size: 1, colour: 'red' })).replace('"size":1', '"size":2,"size":1');
    const { code, headers } = await client.send('POST', `${WIDGETS}?fieldValidation=Warn`, { body });
    expect(code).toBe(201);
    expect(headers['warning']).toEqual([
      '299 - "duplicate field \\"spec.size\\""',
      '299 - "unknown field \\"spec.colour\\""',
    ]);
  });

  it.each([
    ['a name of 253', widget(longName(253))],
    ['a label value of 63', widget('labelled', { size: 1 }, { labels: { a: 'v'.repeat(63), 'example.com/b': '' } })],
  ])('%s is good', async (_title, object) => {
    expect((await client.send('POST', WIDGETS, { body: object })).code).toBe(201);
  });
});
