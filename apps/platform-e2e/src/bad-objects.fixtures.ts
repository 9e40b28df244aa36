/** Bad input: objects and patches, in bytes, in media type and field by field. */
import { badRequest, HERE, invalid, JSON_PATCH, MERGE_PATCH, notFound, patch, post } from './bad-input.fixtures.js';
import type { Case, Refused } from './bad-input.fixtures.js';
import { configMap, CONFIG_MAPS, GROUP, widget, WIDGETS } from './widgets.fixtures.js';

const YAML = 'application/yaml';
const deep = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
/** A good name of this length, were it not for the length. */
export const longName = (length: number): string => `${'a'.repeat(60)}.`.repeat(5).slice(0, length - 1) + 'z';

export const bodies: readonly Case[] = [
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

export const fields: readonly Case[] = [
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

const unsupported: Refused = { code: 415, reason: 'UnsupportedMediaType' };
export const types: readonly Case[] = [
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

export const patches: readonly Case[] = [
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
