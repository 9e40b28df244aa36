import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import { causeText } from '../refusal/causes.js';
import { checkStructural } from './structural.js';

const complaints = (schema: JsonObject): string[] => checkStructural(schema, 'schema').map(causeText);

/** The schema of an object with the one field `x`. */
const withX = (x: JsonValue): JsonObject => ({ type: 'object', properties: { x } });
const X = 'schema.properties[x]';
const KEEP = { 'x-kubernetes-preserve-unknown-fields': true };
const EMBEDDED = { 'x-kubernetes-embedded-resource': true };
const INT_OR_STRING = { 'x-kubernetes-int-or-string': true };
const listOf = (items: JsonValue, changes: JsonObject = {}): JsonObject => ({ type: 'array', items, ...changes });
const listMap = (item: JsonObject, keys: JsonValue = ['k']): JsonObject =>
  listOf(item, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });
const keyed = (k: JsonObject, changes: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { k },
  ...changes,
});

describe('a structural schema', () => {
  it.each<[rule: string, schema: JsonObject]>([
    ['an object', { type: 'object' }],
    ['an object that keeps everything', { type: 'object', ...KEEP }],
    ['typed fields', withX({ type: 'string', minLength: 1, pattern: '^a', format: 'date', enum: ['a'] })],
    ['a field that keeps everything needs no type', withX(KEEP)],
    ['int-or-string needs no type', withX(INT_OR_STRING)],
    ['int-or-string may say so', withX({ ...INT_OR_STRING, anyOf: [{ type: 'integer' }, { type: 'string' }] })],
    [
      'int-or-string may say so below allOf',
      withX({ ...INT_OR_STRING, allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: '^1' }] }),
    ],
    ['maps', withX({ type: 'object', additionalProperties: { type: 'string' } })],
    ['maps of anything', withX({ type: 'object', additionalProperties: true })],
    ['an embedded resource', withX({ type: 'object', ...EMBEDDED, ...KEEP })],
    [
      'values restricted by what is below junctors',
      {
        ...withX({ type: 'integer' }),
        anyOf: [{ properties: { x: { minimum: 1 } } }, { required: ['x'] }],
        not: { properties: { x: { enum: [3] } } },
      },
    ],
    ['items restricted below junctors', withX(listOf({ type: 'string' }, { allOf: [{ items: { minLength: 1 } }] }))],
    [
      'members of a map restricted below junctors',
      withX({
        type: 'object',
        additionalProperties: { type: 'string' },
        anyOf: [{ properties: { a: { minLength: 1 } } }],
      }),
    ],
    [
      'metadata with name',
      {
        type: 'object',
        properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 10 } } } },
      },
    ],
    ['a set', withX(listOf({ type: 'string' }, { 'x-kubernetes-list-type': 'set' }))],
    ['a map-like list with a required key', withX(listMap(keyed({ type: 'string' }, { required: ['k'] })))],
    ['a map-like list with a default key', withX(listMap(keyed({ type: 'string', default: 'a' })))],
    ['an atomic map', withX({ type: 'object', 'x-kubernetes-map-type': 'atomic' })],
    [
      'good defaults',
      withX({
        type: 'object',
        default: {},
        properties: { a: { type: 'integer', default: 1 }, b: { type: 'string', nullable: true, default: null } },
      }),
    ],
    [
      'a default that lacks what a default below fills in',
      withX({
        type: 'object',
        default: {},
        required: ['a'],
        properties: { a: { type: 'integer', default: 1 } },
      }),
    ],
  ])('may have %s', (_rule, schema) => {
    expect(complaints(schema)).toEqual([]);
  });
});

describe('a schema that is not structural', () => {
  it.each<[schema: JsonObject, complaint: string]>([
    [{}, 'schema.type: Required value: must not be empty at the root'],
    [{ type: 'string' }, 'schema.type: Invalid value: "string": must be object at the root'],
    [
      { type: 'object', additionalProperties: true },
      'schema.additionalProperties: Forbidden: must not be used at the root',
    ],
    [withX({}), `${X}.type: Required value: must not be empty for specified object fields`],
    [withX(listOf({})), `${X}.items.type: Required value: must not be empty for specified array items`],
    [withX({ type: 'array' }), `${X}.items: Required value: must be specified`],
    [withX({ type: 'null' }), `${X}.type: Forbidden: type cannot be set to null, use nullable as an alternative`],
    [
      withX({ type: 'strin' }),
      `${X}.type: Unsupported value: "strin": supported values: "array", "boolean", "integer", "number", "object", "string"`,
    ],
    [withX({ type: 'object', $ref: '#/a' }), `${X}.$ref: Forbidden: $ref is not supported`],
    [
      withX({ type: 'object', patternProperties: {} }),
      `${X}.patternProperties: Forbidden: patternProperties is not supported`,
    ],
    [
      withX(listOf({ type: 'string' }, { uniqueItems: true })),
      `${X}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
    ],
    [
      withX({ type: 'object', additionalProperties: false }),
      `${X}.additionalProperties: Forbidden: additionalProperties cannot be set to false`,
    ],
    [
      withX({ type: 'object', properties: {}, additionalProperties: true }),
      `${X}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
    ],
    [
      withX({ type: 'string', pattern: '(?=a)' }),
      `${X}.pattern: Invalid value: "(?=a)": must be a valid regular expression, but isn't: error parsing regexp`,
    ],
    [
      withX({ type: 'integer', ...INT_OR_STRING }),
      `${X}.type: Invalid value: "integer": must be empty if x-kubernetes-int-or-string is true`,
    ],
    [
      withX({ ...INT_OR_STRING, ...KEEP }),
      `${X}.x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true`,
    ],
    [
      withX({ type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
      `${X}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`,
    ],
    [
      withX({ type: 'string', ...EMBEDDED, ...KEEP }),
      `${X}.type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true`,
    ],
    [
      withX({ type: 'object', ...EMBEDDED }),
      `${X}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
    ],
    [
      withX({ type: 'object', ...EMBEDDED, ...KEEP, additionalProperties: true }),
      `${X}.additionalProperties: Forbidden: must not be used if x-kubernetes-embedded-resource is set`,
    ],
    [
      { type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } },
      'schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ],
    [
      { type: 'object', properties: { metadata: { type: 'object', minProperties: 1 } } },
      'schema.properties[metadata]: Forbidden: must not specify anything',
    ],
    [
      { type: 'object', properties: { kind: { type: 'integer' } } },
      'schema.properties[kind].type: Invalid value: "integer": must be string',
    ],
  ])('%j', (schema, complaint) => {
    expect(complaints(schema)).toEqual([expect.stringContaining(complaint)]);
  });
});

describe('what stands below a junctor', () => {
  it.each<[branch: JsonObject, complaint: string]>([
    [{ type: 'string' }, `${X}.anyOf[0].type: Forbidden: must be empty to be structural`],
    [{ default: 1 }, `${X}.anyOf[0].default: Forbidden: must be undefined to be structural`],
    [{ description: 'a' }, `${X}.anyOf[0].description: Forbidden: must be empty to be structural`],
    [{ nullable: true }, `${X}.anyOf[0].nullable: Forbidden: must be false to be structural`],
    [
      { additionalProperties: true },
      `${X}.anyOf[0].additionalProperties: Forbidden: must be undefined to be structural`,
    ],
    [KEEP, `${X}.anyOf[0].x-kubernetes-preserve-unknown-fields: Forbidden: must be false to be structural`],
    [{ properties: { b: {} } }, `properties[b]: Required value: because it is defined in ${X}.anyOf[0].properties[b]`],
    [
      { properties: { metadata: {} } },
      `${X}.anyOf[0].properties[metadata]: Forbidden: must not be specified in a nested context`,
    ],
    [{ not: { type: 'string' } }, `${X}.anyOf[0].not.type: Forbidden: must be empty to be structural`],
    [{ pattern: '(' }, `${X}.anyOf[0].pattern: Invalid value: "(": must be a valid regular expression`],
    [{ minimum: 'a' }, `${X}.anyOf[0].minimum: Invalid value: "a": must be a number`],
  ])('shapes nothing: %j', (branch, complaint) => {
    const x = { type: 'object', properties: { a: { type: 'string' }, metadata: { type: 'object' } }, anyOf: [branch] };
    expect(complaints(withX(x))).toContainEqual(expect.stringContaining(complaint));
  });
});

describe('lists', () => {
  it.each<[schema: JsonObject, complaint: string]>([
    [
      listOf({ type: 'string' }, { 'x-kubernetes-list-type': 'bag' }),
      `${X}.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "map", "set"`,
    ],
    [
      { type: 'object', 'x-kubernetes-list-type': 'atomic' },
      `${X}.type: Invalid value: "object": must be array if x-kubernetes-list-type is specified`,
    ],
    [
      listOf({ type: 'object' }, { 'x-kubernetes-list-type': 'set' }),
      `${X}.items.x-kubernetes-map-type: Forbidden: must be atomic as item of a list with x-kubernetes-list-type=set`,
    ],
    [
      listOf({ type: 'string' }, { 'x-kubernetes-list-map-keys': ['k'] }),
      `${X}.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty`,
    ],
    [
      listMap({ type: 'string' }),
      `${X}.items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map`,
    ],
    [
      listMap(keyed({ type: 'string' }), []),
      `${X}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ],
    [
      listMap(keyed({ type: 'string' }), ['z']),
      `${X}.x-kubernetes-list-map-keys: Invalid value: ["z"]: entries must all be names of item properties`,
    ],
    [
      listMap(keyed({ type: 'string' })),
      `${X}.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
    [
      listMap(keyed({ type: 'object' }, { required: ['k'] })),
      `${X}.items.properties[k].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
    ],
    [
      listMap(keyed({ type: 'string' }, { required: ['k'] }), ['k', 'k']),
      `${X}.x-kubernetes-list-map-keys[1]: Duplicate value: "k"`,
    ],
    [
      { type: 'object', 'x-kubernetes-map-type': 'set' },
      `${X}.x-kubernetes-map-type: Unsupported value: "set": supported values: "atomic", "granular"`,
    ],
  ])('%j is refused', (x, complaint) => {
    expect(complaints(withX(x))).toEqual([complaint]);
  });
});

describe('keywords', () => {
  it.each<[x: JsonObject, complaint: string]>([
    [{ type: ['string'] }, `${X}.type: Invalid value: ["string"]: must be a string`],
    [{ type: 'integer', minimum: '1' }, `${X}.minimum: Invalid value: "1": must be a number`],
    [{ type: 'number', multipleOf: 0 }, `${X}.multipleOf: Invalid value: 0: must be a number greater than 0`],
    [{ type: 'string', maxLength: -1 }, `${X}.maxLength: Invalid value: -1: must be an integer of at least 0`],
    [{ type: 'object', required: 'a' }, `${X}.required: Invalid value: "a": must be a list of strings`],
    [{ type: 'string', enum: 'a' }, `${X}.enum: Invalid value: "a": must be a list`],
    [{ type: 'array', items: [{}] }, `${X}.items: Invalid value: [{}]: items must be a schema object and not an array`],
    [{ type: 'object', properties: { a: 1 } }, `${X}.properties: Invalid value: {"a":1}: must be schemas by name`],
    [{ type: 'string', nullable: 'yes' }, `${X}.nullable: Invalid value: "yes": must be a boolean`],
    [{ type: 'string', anyOf: {} }, `${X}.anyOf: Invalid value: {}: must be a list of schemas`],
  ])('%j is refused', (x, complaint) => {
    expect(complaints(withX(x))).toEqual([complaint]);
  });
});

describe('defaults', () => {
  it.each<[x: JsonObject, complaint: string]>([
    [
      { type: 'integer', default: 'a' },
      `${X}.default: Invalid value: "string": ${X}.default in body must be of type integer: "string"`,
    ],
    [{ type: 'string', maxLength: 1, default: 'ab' }, `${X}.default: Too long: may not be more than 1 characters`],
    [
      { type: 'string', pattern: '^b$', default: 'a' },
      `${X}.default: Invalid value: "a": ${X}.default in body should match '^b$'`,
    ],
    [
      { type: 'object', default: { a: 'b' }, properties: { a: { type: 'integer' } } },
      `${X}.default.a: Invalid value: "string": ${X}.default.a in body must be of type integer: "string"`,
    ],
    [
      { type: 'object', default: { b: 1 }, properties: { a: { type: 'integer' } } },
      `${X}.default: Invalid value: {"b":1}: must not have the unknown field "b"`,
    ],
    [
      { type: 'object', default: {}, required: ['a'], properties: { a: { type: 'integer' } } },
      `${X}.default.a: Required value`,
    ],
  ])('must be valid: %j', (x, complaint) => {
    expect(complaints(withX(x))).toEqual([complaint]);
  });

  it('must not grow without end', () => {
    const items = { type: 'object', properties: { a: { type: 'string', default: 'x'.repeat(2000) } } };
    const x = { type: 'array', items, default: Array.from({ length: 1000 }, () => ({})) };
    expect(complaints(withX(x))).toEqual([
      expect.stringContaining('the defaults below would add more than 1048576 bytes'),
    ]);
  });

  it('are told apart when there are hundreds', () => {
    const fields = Array.from({ length: 250 }, (_, i) => [`f${i}`, { type: 'integer', default: i === 203 ? 'a' : 1 }]);
    expect(complaints({ type: 'object', properties: Object.fromEntries(fields) as JsonObject })).toEqual([
      expect.stringMatching(/^schema\.properties\[f203\]\.default: Invalid value/),
    ]);
  });
});

describe('a schema has its limits', () => {
  const fields = (count: number): JsonObject =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, { type: 'string' }]));

  it('in size', () => {
    expect(complaints({ type: 'object', properties: fields(9_998) })).toEqual([]);
    expect(complaints({ type: 'object', properties: fields(10_000) })).toEqual([
      'schema: Too many: 10002: must have at most 10000 items',
    ]);
  });

  it('and so have the complaints about it', () => {
    const untyped = Object.fromEntries(Object.keys(fields(5_000)).map((name) => [name, {}]));
    expect(complaints({ type: 'object', properties: untyped })).toHaveLength(100);
  });
});
