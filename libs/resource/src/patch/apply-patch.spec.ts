import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import fc from 'fast-check';
import { applyPatch } from './apply-patch.js';
import { parsePatch } from './parse-patch.js';

const patched = (object: JsonObject, ...operations: JsonValue[]): unknown => {
  const parsed = parsePatch('json', operations);
  if (!parsed.ok) return parsed.refusal.message;
  const result = applyPatch(object, parsed.patch);
  return result.ok ? result.object : `${result.field}: ${result.problem}`;
};

describe('a JSON patch', () => {
  it.each<[string, JsonObject, JsonValue, unknown]>([
    ['adds a member', { a: 1 }, { op: 'add', path: '/b', value: 2 }, { a: 1, b: 2 }],
    ['adds before an item', { a: [1, 3] }, { op: 'add', path: '/a/1', value: 2 }, { a: [1, 2, 3] }],
    ['adds after the last item', { a: [1] }, { op: 'add', path: '/a/-', value: 2 }, { a: [1, 2] }],
    ['replaces the whole object', { a: 1 }, { op: 'replace', path: '', value: { b: 2 } }, { b: 2 }],
    ['replaces an item', { a: [1, 2] }, { op: 'replace', path: '/a/0', value: 9 }, { a: [9, 2] }],
    ['removes an item', { a: [1, 2, 3] }, { op: 'remove', path: '/a/1' }, { a: [1, 3] }],
    ['moves a member', { a: { b: 1 } }, { op: 'move', from: '/a/b', path: '/c' }, { a: {}, c: 1 }],
    ['copies a member', { a: { b: [1] } }, { op: 'copy', from: '/a', path: '/c' }, { a: { b: [1] }, c: { b: [1] } }],
    [
      'tests whole values',
      { a: { x: 1, y: 2 } },
      { op: 'test', path: '/a', value: { y: 2, x: 1 } },
      { a: { x: 1, y: 2 } },
    ],
    ['takes a missing member for null', { a: 1 }, { op: 'test', path: '/b', value: null }, { a: 1 }],
    ['finds escaped keys', { 'a/b': { '~': 1 } }, { op: 'remove', path: '/a~1b/~0' }, { 'a/b': {} }],
    ['adds null', {}, { op: 'add', path: '/a', value: null }, { a: null }],
    [
      'sees no inherited members',
      {},
      { op: 'remove', path: '/constructor' },
      '[0]: remove operation does not apply: doc is missing key: /constructor: missing value',
    ],
  ])('%s', (_what, object, operation, expected) => {
    expect(patched(object, operation)).toEqual(expected);
  });

  it.each<[JsonValue, RegExp]>([
    [{ op: 'add', path: '/x/y', value: 1 }, /doc is missing path: \/x\/y/],
    [{ op: 'add', path: '/a/5', value: 1 }, /doc is missing index: \/a\/5/],
    [{ op: 'add', path: '/a/01', value: 1 }, /doc is missing index/],
    [{ op: 'replace', path: '/x', value: 1 }, /doc is missing key: \/x/],
    [{ op: 'remove', path: '/a/-' }, /doc is missing key/],
    [{ op: 'remove', path: '' }, /the whole object cannot be removed/],
    [{ op: 'move', from: '/o', path: '/o/p' }, /\/o\/p lies inside \/o/],
    [{ op: 'move', from: '/x', path: '/y' }, /doc is missing key: \/x/],
    [{ op: 'copy', from: '/x', path: '/y' }, /doc is missing key: \/x/],
    [{ op: 'test', path: '/a', value: [2] }, /testing value \/a failed/],
    [{ op: 'replace', path: '', value: 7 }, /what remains is no object/],
  ])('that does not fit says why: %j', (operation, message) => {
    expect(patched({ a: [1], o: { p: 1 } }, operation)).toMatch(message);
  });

  it.each<[JsonValue, string]>([
    [7, 'must be an object'],
    [{ op: 'add', path: '/a' }, 'add needs a value'],
    [{ op: 'add', path: 7, value: 1 }, 'path must be a string'],
    [{ op: 'add', path: 'a', value: 1 }, 'path "a" is not a JSON pointer'],
    [{ op: 'move', path: '/a' }, 'from must be a string'],
    [{ path: '/a' }, 'unexpected kind: "unknown"'],
    [{ op: 'remove', path: '/a'.repeat(257) }, 'path is deeper than 256 levels'],
    [{ op: 'copy', from: '/__proto__', path: '/a' }, 'from must not name __proto__'],
  ])('that is malformed says why: %j', (operation, problem) => {
    expect(patched({}, { op: 'test', path: '/a', value: null }, operation)).toBe(
      `operation 1 of the JSON patch: ${problem}`,
    );
  });

  it('leaves the object that it was given as it was', () => {
    const object = { a: { b: [1, { c: 2 }] } };
    const before = structuredClone(object);
    patched(
      object,
      { op: 'copy', from: '/a', path: '/d' },
      { op: 'replace', path: '/d/b/1/c', value: 3 },
      { op: 'remove', path: '/a/b/0' },
    );
    expect(object).toEqual(before);
  });

  it('changes a copy without changing its original', () => {
    expect(
      patched(
        { a: { b: 1 } },
        { op: 'add', path: '/a/c', value: 2 },
        { op: 'copy', from: '/a', path: '/d' },
        { op: 'replace', path: '/d/b', value: 3 },
        { op: 'replace', path: '/a/c', value: 4 },
      ),
    ).toEqual({ a: { b: 1, c: 4 }, d: { b: 3, c: 2 } });
  });

  it('cannot fill the memory by doubling', () => {
    const doubling = Array.from({ length: 40 }, () => ({ op: 'copy', from: '/a', path: '/a/-' }));
    expect(patched({ a: ['x'.repeat(1000)] }, ...doubling)).toMatch(/copy operations add more than 3145728 bytes$/);
  });

  it('cannot nest deeper than what is stored', () => {
    const deeper = Array.from({ length: 20 }, () => ({ op: 'copy', from: '/a', path: `/a${'/a'.repeat(200)}` }));
    let a: JsonObject = {};
    for (let i = 0; i < 200; i++) a = { a };
    expect(patched({ a }, ...deeper)).toMatch(/would nest deeper than 256 levels$/);
    const value = { a: {} };
    const path = (depth: number) => '/a'.repeat(depth);
    const steps = Array.from({ length: 56 }, (_, i) => ({ op: 'add', path: path(201 + i), value }));
    expect(patched({ a }, ...steps)).toMatch(/what remains is nested too deep$/);
  });

  it('of 10,000 operations takes no time worth a notice', () => {
    const object = { list: Array.from({ length: 1000 }, (_, i) => ({ i })) };
    const operations = Array.from({ length: 10_000 }, (_, i) => ({
      op: 'replace',
      path: `/list/${i % 1000}/i`,
      value: i,
    }));
    const started = performance.now();
    patched(object, ...operations);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('a merge patch', () => {
  const merged = (object: JsonObject, changes: JsonObject): unknown => {
    const result = applyPatch(object, { type: 'merge', changes });
    return result.ok ? result.object : result.problem;
  };

  it.each<[JsonObject, JsonObject, JsonObject]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('of %j with %j is %j', (object, changes, expected) => {
    expect(merged(object, changes)).toEqual(expected);
  });

  it('applied twice is applied once', () => {
    const json = fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>,
    );
    fc.assert(
      fc.property(json, json, (object, changes) => {
        const once = merged(object, changes) as JsonObject;
        expect(merged(once, changes)).toEqual(once);
      }),
    );
  });
});

describe('a strategic merge patch', () => {
  const merged = (object: JsonObject, changes: JsonObject): unknown => {
    const result = applyPatch(object, { type: 'strategic', changes });
    return result.ok ? result.object : `${result.field}: ${result.problem}`;
  };
  const owner = (uid: string, more: JsonObject = {}): JsonObject => ({ uid, name: `owner-${uid}`, ...more });

  it.each<[string, JsonObject, JsonObject, unknown]>([
    [
      'merges members',
      { data: { a: '1', b: '2' } },
      { data: { a: '9', c: '3' } },
      { data: { a: '9', b: '2', c: '3' } },
    ],
    ['removes with null', { data: { a: '1', b: '2' } }, { data: { a: null } }, { data: { b: '2' } }],
    ['replaces other lists', { list: [1, 2] }, { list: [3] }, { list: [3] }],
    ['replaces a member as asked', { data: { a: '1' } }, { data: { $patch: 'replace', b: '2' } }, { data: { b: '2' } }],
    ['deletes a member as asked', { data: { a: '1' }, x: 1 }, { data: { $patch: 'delete' } }, { x: 1 }],
    [
      'keeps only some members as asked',
      { data: { a: '1', b: '2' } },
      { data: { $retainKeys: ['b', 'c'], c: '3' } },
      { data: { b: '2', c: '3' } },
    ],
    [
      'adds to finalizers',
      { metadata: { finalizers: ['a'] } },
      { metadata: { finalizers: ['b', 'a'] } },
      { metadata: { finalizers: ['a', 'b'] } },
    ],
    [
      'takes from finalizers as asked',
      { metadata: { finalizers: ['a', 'b'] } },
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
      { metadata: { finalizers: ['b'] } },
    ],
    [
      'orders finalizers as asked',
      { metadata: { finalizers: ['a', 'z'] } },
      { metadata: { finalizers: ['b'], '$setElementOrder/finalizers': ['b', 'a'] } },
      { metadata: { finalizers: ['b', 'a', 'z'] } },
    ],
    [
      'merges owners by uid',
      { metadata: { ownerReferences: [owner('1'), owner('2')] } },
      { metadata: { ownerReferences: [owner('2', { controller: true }), owner('3')] } },
      { metadata: { ownerReferences: [owner('1'), owner('2', { controller: true }), owner('3')] } },
    ],
    [
      'deletes one owner as asked',
      { metadata: { ownerReferences: [owner('1'), owner('2')] } },
      { metadata: { ownerReferences: [{ uid: '1', $patch: 'delete' }] } },
      { metadata: { ownerReferences: [owner('2')] } },
    ],
    [
      'replaces all conditions as asked',
      { status: { conditions: [{ type: 'A' }, { type: 'B' }] } },
      { status: { conditions: [{ $patch: 'replace' }, { type: 'C' }] } },
      { status: { conditions: [{ type: 'C' }] } },
    ],
    [
      'refuses an owner without uid',
      {},
      { metadata: { ownerReferences: [{ name: 'x' }] } },
      'metadata.ownerReferences[0]: does not contain declared merge key: uid',
    ],
    ['refuses an unknown directive', {}, { data: { $patch: 'jump' } }, 'data: unknown patch type found: "jump"'],
  ])('%s', (_what, object, changes, expected) => {
    expect(merged(object, changes)).toEqual(expected);
  });
});
