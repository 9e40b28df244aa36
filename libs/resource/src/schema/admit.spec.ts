import { describe, expect, it } from '@jest/globals';
import type { FieldValidation } from '@holdfast/contracts';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import { rackKind } from '../kind.fixtures.js';
import { causeText } from '../refusal/causes.js';
import { admit } from './admit.js';
import type { AdmissionResult } from './admit.js';

/** A rack whose spec has the one field `x`. */
const withX = (x: JsonObject): JsonObject => ({ spec: { type: 'object', properties: { x } } });
const rack = (members: JsonObject): JsonObject => ({
  apiVersion: 'inventory.holdfast.dev/v1',
  kind: 'Rack',
  metadata: { name: 'rack-01', namespace: 'default' },
  ...members,
});
const admitted = (
  properties: JsonObject,
  object: JsonObject,
  fieldValidation: FieldValidation = 'Strict',
): AdmissionResult => admit({ kind: rackKind(properties), version: 'v1', object, fieldValidation });

/** What becomes of `spec.x`, or the complaints about it. */
const x = (schema: JsonObject, value: JsonValue | undefined): JsonValue | undefined | string[] => {
  const result = admitted(withX(schema), rack({ spec: value === undefined ? {} : { x: value } }));
  if (!result.ok) return result.refusal.details?.causes?.map(causeText) ?? [result.refusal.message];
  return (result.object['spec'] as JsonObject)['x'];
};

describe('unknown fields', () => {
  const schema = {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer' },
        ports: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
      },
    },
  };
  const object = {
    ...rack({ spec: { size: 1, sizes: 2, ports: [{ name: 'a' }, { nmae: 'b' }] }, speck: {} }),
    metadata: { name: 'rack-01', label: {} },
  };
  const pruned = { ...rack({ spec: { size: 1, ports: [{ name: 'a' }, {}] } }), metadata: { name: 'rack-01' } };
  const paths = ['metadata.label', 'spec.sizes', 'spec.ports[1].nmae', 'speck'];

  it('are refused under Strict, all at once', () => {
    const result = admitted(schema, object, 'Strict');
    expect(result.ok ? undefined : result.refusal.reason).toBe('BadRequest');
    const message = result.ok ? '' : result.refusal.message;
    expect(message).toMatch(/^strict decoding error: unknown field "/);
    expect(message.replace('strict decoding error: ', '').split(', ').sort()).toEqual(
      paths.map((path) => `unknown field "${path}"`).sort(),
    );
  });

  it('are dropped with warnings under Warn', () => {
    const result = admitted(schema, object, 'Warn');
    expect(result).toMatchObject({ ok: true, object: pruned });
    expect(result.ok && [...result.warnings].sort()).toEqual(paths.map((path) => `unknown field "${path}"`).sort());
  });

  it('are dropped silently under Ignore', () => {
    expect(admitted(schema, object, 'Ignore')).toEqual({ ok: true, object: pruned, warnings: [] });
  });

  it('the object that was given stays as it was', () => {
    const before = structuredClone(object);
    admitted(schema, object, 'Ignore');
    expect(object).toEqual(before);
  });

  it('an object in order is passed on, not copied', () => {
    const good = rack({ spec: { size: 1 } });
    const result = admitted(schema, good);
    expect(result.ok && result.object).toBe(good);
  });

  it('a hundred thousand of them are listed in part', () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`field${i}`, 1]));
    const result = admitted(schema, rack({ spec: many }), 'Strict');
    expect(!result.ok && result.refusal.message.length).toBeLessThan(4000);
  });
});

describe('pruning', () => {
  const keep = { 'x-kubernetes-preserve-unknown-fields': true };

  it.each<[rule: string, schema: JsonObject, value: JsonValue, after: JsonValue]>([
    ['an object without properties keeps nothing', { type: 'object' }, { a: 1 }, {}],
    ['preserve-unknown-fields keeps everything', { type: 'object', ...keep }, { a: { b: [1] } }, { a: { b: [1] } }],
    ['preserve-unknown-fields needs no type', keep, 'text', 'text'],
    [
      'what is named below preserve-unknown-fields is pruned again',
      { type: 'object', ...keep, properties: { a: { type: 'object' } } },
      { a: { b: 1 }, c: { d: 1 } },
      { a: {}, c: { d: 1 } },
    ],
    ['additionalProperties: true keeps everything', { type: 'object', additionalProperties: true }, { a: 1 }, { a: 1 }],
    [
      'additionalProperties shape every member',
      { type: 'object', additionalProperties: { type: 'object', properties: { a: { type: 'string' } } } },
      { one: { a: 'x', b: 1 } },
      { one: { a: 'x' } },
    ],
    [
      'an embedded resource keeps its identity, and its metadata is pruned as such',
      { type: 'object', 'x-kubernetes-embedded-resource': true, ...keep },
      { apiVersion: 'v1', kind: 'A', metadata: { name: 'a', nonsense: 1 }, any: 1 },
      { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, any: 1 },
    ],
    [
      'an embedded resource without preserve-unknown-fields keeps what it names',
      { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { a: { type: 'string' } } },
      { apiVersion: 'v1', kind: 'A', metadata: {}, a: 'x', b: 1 },
      { apiVersion: 'v1', kind: 'A', metadata: {}, a: 'x' },
    ],
  ])('%s', (_rule, schema, value, after) => {
    const result = admitted(withX(schema), rack({ spec: { x: value } }), 'Ignore');
    expect(result).toMatchObject({ ok: true });
    expect(result.ok && (result.object['spec'] as JsonObject)['x']).toEqual(after);
  });

  it('what a kind says of metadata does not matter', () => {
    const properties = { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 3 } } } };
    const object = { ...rack({}), metadata: { name: 'rack-01', labels: { a: 'b' } } };
    expect(admitted(properties, object)).toEqual({ ok: true, object, warnings: [] });
  });
});

describe('defaults', () => {
  it.each<[rule: string, schema: JsonObject, value: JsonValue | undefined, after: JsonValue | undefined]>([
    ['fill in what is missing', { type: 'integer', default: 3 }, undefined, 3],
    ['leave what is there', { type: 'integer', default: 3 }, 0, 0],
    ['leave false and empty values', { type: 'string', default: 'a' }, '', ''],
    ['replace a null that cannot be', { type: 'integer', default: 3 }, null, 3],
    ['leave a null that can be', { type: 'integer', default: 3, nullable: true }, null, null],
    ['a null that cannot be and has no default is dropped', { type: 'integer' }, null, undefined],
    ['a null that can be stays', { type: 'integer', nullable: true }, null, null],
    [
      'are completed by the defaults below them',
      { type: 'object', default: {}, properties: { a: { type: 'integer', default: 1 } } },
      undefined,
      { a: 1 },
    ],
    [
      'do not make an object that is missing',
      { type: 'object', properties: { a: { type: 'integer', default: 1 } } },
      undefined,
      undefined,
    ],
    [
      'reach into lists',
      { type: 'array', items: { type: 'object', properties: { a: { type: 'integer', default: 1 } } } },
      [{}, { a: 2 }],
      [{ a: 1 }, { a: 2 }],
    ],
    [
      'reach into maps',
      {
        type: 'object',
        additionalProperties: { type: 'object', properties: { a: { type: 'integer', default: 1 } } },
      },
      { one: {} },
      { one: { a: 1 } },
    ],
    [
      'a field named like a method of every object is a field',
      { type: 'object', properties: { constructor: { type: 'string', default: 'a' } } },
      {},
      { constructor: 'a' },
    ],
  ])('%s', (_rule, schema, value, after) => {
    expect(x(schema, value)).toEqual(after);
  });
});

describe('validation complains as Kubernetes does', () => {
  it.each<[rule: string, schema: JsonObject, value: JsonValue | undefined, complaint: string]>([
    [
      'type',
      { type: 'integer' },
      'a',
      'spec.x: Invalid value: "string": spec.x in body must be of type integer: "string"',
    ],
    [
      'type',
      { type: 'string' },
      1,
      'spec.x: Invalid value: "integer": spec.x in body must be of type string: "integer"',
    ],
    [
      'type',
      { type: 'integer' },
      1.5,
      'spec.x: Invalid value: "number": spec.x in body must be of type integer: "number"',
    ],
    ['type', { type: 'object' }, [], 'spec.x: Invalid value: "array": spec.x in body must be of type object: "array"'],
    [
      'type',
      { type: 'array', items: { type: 'string' } },
      {},
      'spec.x: Invalid value: "object": spec.x in body must be of type array: "object"',
    ],
    [
      'type',
      { type: 'boolean' },
      'true',
      'spec.x: Invalid value: "string": spec.x in body must be of type boolean: "string"',
    ],
    [
      'nullable type',
      { type: 'integer', nullable: true },
      'a',
      'spec.x: Invalid value: "string": spec.x in body must be of type integer: "string"',
    ],
    [
      'items',
      { type: 'array', items: { type: 'string' } },
      ['a', null],
      'spec.x[1]: Invalid value: "null": spec.x[1] in body must be of type string: "null"',
    ],
    [
      'members',
      { type: 'object', additionalProperties: { type: 'string' } },
      { 'a/b~c': 1 },
      'spec.x.a/b~c: Invalid value: "integer": spec.x.a/b~c in body must be of type string: "integer"',
    ],
    [
      'int-or-string',
      { 'x-kubernetes-int-or-string': true },
      true,
      'spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean"',
    ],
    [
      'required',
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
      {},
      'spec.x.a: Required value',
    ],
    ['enum', { type: 'string', enum: ['a', 'b'] }, 'c', 'spec.x: Unsupported value: "c": supported values: "a", "b"'],
    [
      'minimum',
      { type: 'integer', minimum: 1 },
      0,
      'spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1',
    ],
    [
      'exclusive minimum',
      { type: 'number', minimum: 1, exclusiveMinimum: true },
      1,
      'spec.x: Invalid value: 1: spec.x in body should be greater than 1',
    ],
    [
      'maximum',
      { type: 'integer', maximum: 5 },
      6,
      'spec.x: Invalid value: 6: spec.x in body should be less than or equal to 5',
    ],
    [
      'exclusive maximum',
      { type: 'integer', maximum: 5, exclusiveMaximum: true },
      5,
      'spec.x: Invalid value: 5: spec.x in body should be less than 5',
    ],
    [
      'multipleOf',
      { type: 'number', multipleOf: 0.1 },
      0.35,
      'spec.x: Invalid value: 0.35: spec.x in body should be a multiple of 0.1',
    ],
    [
      'minLength',
      { type: 'string', minLength: 1 },
      '',
      'spec.x: Invalid value: "": spec.x in body should be at least 1 chars long',
    ],
    ['maxLength', { type: 'string', maxLength: 2 }, 'abc', 'spec.x: Too long: may not be more than 2 characters'],
    [
      'pattern',
      { type: 'string', pattern: '^a+$' },
      'b',
      `spec.x: Invalid value: "b": spec.x in body should match '^a+$'`,
    ],
    [
      'format',
      { type: 'string', format: 'date-time' },
      'now',
      'spec.x: Invalid value: "now": spec.x in body must be of type date-time: "now"',
    ],
    [
      'format',
      { type: 'integer', format: 'int32' },
      2147483648,
      'spec.x: Invalid value: 2147483648: spec.x in body must be of type int32',
    ],
    [
      'minItems',
      { type: 'array', minItems: 1, items: { type: 'string' } },
      [],
      'spec.x: Invalid value: 0: spec.x in body should have at least 1 items',
    ],
    [
      'maxItems',
      { type: 'array', maxItems: 1, items: { type: 'string' } },
      ['a', 'b'],
      'spec.x: Too many: 2: must have at most 1 item',
    ],
    [
      'minProperties',
      { type: 'object', minProperties: 1, additionalProperties: true },
      {},
      'spec.x: Invalid value: 0: spec.x in body should have at least 1 properties',
    ],
    [
      'maxProperties',
      { type: 'object', maxProperties: 1, additionalProperties: true },
      { a: 1, b: 2 },
      'spec.x: Too many: 2: must have at most 1 item',
    ],
    [
      'anyOf',
      { type: 'string', anyOf: [{ minLength: 3 }, { pattern: '^a' }, { enum: ['c'] }] },
      'b',
      'spec.x: Invalid value: "": "spec.x" must validate at least one schema (anyOf)',
    ],
    [
      'oneOf',
      { type: 'integer', oneOf: [{ minimum: 3 }, { maximum: 1 }] },
      2,
      'spec.x: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid',
    ],
    [
      'oneOf',
      { type: 'integer', oneOf: [{ minimum: 1 }, { maximum: 3 }] },
      2,
      'spec.x: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found more than one valid',
    ],
    [
      'not',
      { type: 'string', not: { enum: ['a'] } },
      'a',
      'spec.x: Invalid value: "": "spec.x" must not validate the schema (not)',
    ],
    [
      'allOf',
      { type: 'integer', allOf: [{ minimum: 3 }] },
      2,
      'spec.x: Invalid value: 2: spec.x in body should be greater than or equal to 3',
    ],
    [
      'list set',
      { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      ['a', 'b', 'a'],
      'spec.x[2]: Duplicate value: "a"',
    ],
    [
      'list map',
      {
        type: 'array',
        items: { type: 'object', properties: { name: { type: 'string' }, port: { type: 'integer', default: 80 } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name', 'port'],
      },
      [{ name: 'a' }, { name: 'b' }, { name: 'a', port: 80 }],
      'spec.x[2]: Duplicate value: {"name":"a","port":80}',
    ],
    [
      'embedded resource',
      { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      { apiVersion: 'v1', metadata: {} },
      'spec.x.kind: Required value',
    ],
  ])('%s: %j of %j', (_rule, schema, value, complaint) => {
    expect(x(schema, value)).toEqual([complaint]);
  });

  it('all at once, and the refusal names the object', () => {
    const schema = {
      spec: { type: 'object', required: ['a', 'b'], properties: { a: { type: 'string' }, b: { type: 'string' } } },
    };
    const result = admitted(schema, rack({ spec: {} }));
    expect(result).toEqual({
      ok: false,
      refusal: {
        reason: 'Invalid',
        message: 'Rack.inventory.holdfast.dev "rack-01" is invalid: [spec.a: Required value, spec.b: Required value]',
        details: {
          name: 'rack-01',
          group: 'inventory.holdfast.dev',
          kind: 'Rack',
          causes: [
            { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.a' },
            { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.b' },
          ],
        },
      },
    });
  });

  it('a missing member of the object itself', () => {
    const result = admit({
      kind: rackKind({}, { schema: { type: 'object', required: ['spec'], properties: { spec: { type: 'object' } } } }),
      version: 'v1',
      object: rack({}),
      fieldValidation: 'Strict',
    });
    expect(!result.ok && result.refusal.message).toMatch(/is invalid: spec: Required value$/);
  });

  it.each<[rule: string, schema: JsonObject, value: JsonValue]>([
    ['maxLength counts characters', { type: 'string', maxLength: 2 }, '😀ä'],
    ['int-or-string takes both', { 'x-kubernetes-int-or-string': true }, 1],
    [
      'int-or-string takes both',
      { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      '50%',
    ],
    ['an unknown format is no rule', { type: 'string', format: 'isbn' }, 'x'],
    ['a pattern may match anywhere', { type: 'string', pattern: 'b' }, 'abc'],
    ['0.3 is a multiple of 0.1', { type: 'number', multipleOf: 0.1 }, 0.3],
    [
      'map lists compare keys alone',
      {
        type: 'array',
        items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      [
        { k: 'a', v: '1' },
        { k: 'b', v: '1' },
      ],
    ],
  ])('%s', (_rule, schema, value) => {
    expect(x(schema, value)).toEqual(value);
  });
});

describe('metadata', () => {
  it.each<[JsonObject, string]>([
    [
      { labels: { a: 1 } },
      'metadata.labels.a: Invalid value: "integer": metadata.labels.a in body must be of type string: "integer"',
    ],
    [{ labels: { 'a b': 'c' } }, 'metadata.labels: Invalid value: "a b": name part must consist of'],
    [{ finalizers: ['a', 'a'] }, 'metadata.finalizers[1]: Duplicate value: "a"'],
    [{ ownerReferences: [{ kind: 'A' }] }, 'metadata.ownerReferences[0].apiVersion: Required value'],
  ])('%j is refused', (metadata, complaint) => {
    const result = admitted({}, { ...rack({}), metadata: { name: 'rack-01', ...metadata } });
    expect(!result.ok && result.refusal.details?.causes?.map(causeText)[0]).toContain(complaint);
  });

  it('a null time, as clients send it, is dropped or kept but never wrong', () => {
    const object = { ...rack({}), metadata: { name: 'a', creationTimestamp: null } };
    expect(admitted({}, object)).toMatchObject({ ok: true });
  });
});

describe('no object makes validation slow', () => {
  const within = (milliseconds: number, act: () => void): void => {
    const started = performance.now();
    act();
    expect(performance.now() - started).toBeLessThan(milliseconds);
  };

  it('with a pattern that kills backtracking engines', () => {
    const schema = { type: 'string', pattern: '^(a+)+$' };
    within(8000, () => expect(x(schema, `${'a'.repeat(100_000)}!`)).toHaveLength(1));
  });

  it('with a large pattern and many long texts: it is refused', () => {
    const schema = { type: 'array', items: { type: 'string', pattern: '(.{31}){31}(.{31}){31}$' } };
    const texts = Array.from({ length: 30 }, () => 'ab'.repeat(5000));
    within(8000, () =>
      expect(x(schema, texts)).toEqual([
        '<nil>: Invalid value: "": it is too large for the schema of its kind: its validation would take too long',
      ]),
    );
  });

  it('with many items and many branches for each: it is refused', () => {
    const branches = Array.from({ length: 1000 }, (_, i) => ({ minimum: i, maximum: i }));
    const items = { type: 'integer', anyOf: branches };
    const complaint =
      '<nil>: Invalid value: "": it is too large for the schema of its kind: its validation would take too long';
    within(8000, () =>
      expect(
        x(
          { type: 'array', items },
          Array.from({ length: 100_000 }, () => 1),
        ),
      ).toEqual([complaint]),
    );
    expect(x({ type: 'array', items }, [1, 2, 3])).toEqual([1, 2, 3]);
  });

  it('with many items that defaults would blow up: it is refused', () => {
    const fields = Array.from({ length: 1000 }, (_, i) => [`f${i}`, { type: 'string', default: 'x'.repeat(100) }]);
    const items = { type: 'object', properties: Object.fromEntries(fields) as JsonObject };
    const schema = withX({ type: 'array', items });
    const object = rack({ spec: { x: Array.from({ length: 100_000 }, () => ({})) } });
    within(8000, () =>
      expect(admitted(schema, object)).toEqual({
        ok: false,
        refusal: {
          reason: 'RequestEntityTooLarge',
          message: 'the defaults of its schema would add more than 1048576 bytes to the object',
        },
      }),
    );
  });

  it('with many items and a long enumeration', () => {
    const items = { type: 'integer', enum: Array.from({ length: 5000 }, (_, i) => i) };
    const values = Array.from({ length: 100_000 }, () => 4999);
    within(8000, () => expect(x({ type: 'array', items }, values)).toEqual(values));
  });

  it('with a hundred thousand errors: a hundred are listed', () => {
    const schema = { type: 'array', items: { type: 'object', required: ['a', 'b'], properties: {} } };
    within(8000, () =>
      expect(
        x(
          schema,
          Array.from({ length: 100_000 }, () => ({})),
        ),
      ).toHaveLength(101),
    );
  });

  it('with a hundred thousand duplicates', () => {
    const schema = { type: 'array', items: { type: 'integer' }, 'x-kubernetes-list-type': 'set' };
    within(8000, () =>
      expect(
        x(
          schema,
          Array.from({ length: 100_000 }, (_, i) => i % 10),
        ),
      ).toHaveLength(100),
    );
  });

  it('with a schema of thousands of fields: only what the object has is compiled', () => {
    const section = (n: number): JsonObject => ({
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 100 }, (_, i) => [`f${n}x${i}`, { type: 'string', pattern: '^[a-z]*$', maxLength: 5 }]),
      ),
    });
    const sections = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`s${i}`, section(i)]));
    within(8000, () =>
      expect(x({ type: 'object', properties: sections }, { s7: { f7x0: 'abcdef' } })).toEqual([
        'spec.x.s7.f7x0: Too long: may not be more than 5 characters',
      ]),
    );
  });
});
