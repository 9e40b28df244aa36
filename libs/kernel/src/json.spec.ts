import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { isJsonObject, jsonEquals, objectAt, stringAt } from './json.js';
import type { JsonValue } from './json.js';

const jsonValue = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);

/** The same value with the members of every object in reverse order. */
const reversed = (value: JsonValue): JsonValue => {
  if (Array.isArray(value)) return value.map((item: JsonValue) => reversed(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([member, inner]) => [member, reversed(inner ?? null)]),
  );
};

describe('equality of JSON', () => {
  it('does not ask for the order of members', () => {
    fc.assert(fc.property(jsonValue, (value) => expect(jsonEquals(value, reversed(value))).toBe(true)));
  });

  it('holds exactly when the canonical texts are equal', () => {
    const canonical = (value: JsonValue): string =>
      JSON.stringify(value, (_, inner: unknown) =>
        isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
      );
    fc.assert(
      fc.property(jsonValue, jsonValue, (a, b) => expect(jsonEquals(a, b)).toBe(canonical(a) === canonical(b))),
    );
  });

  it.each<[JsonValue | undefined, JsonValue | undefined, boolean]>([
    [[1, 2], [2, 1], false],
    [[1], { 0: 1 }, false],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: undefined }, { b: undefined }, true],
    [{ a: null }, {}, false],
    [{}, { toString: 'own' }, false],
    [{ toString: undefined, a: 1 }, { a: 1 }, true],
    ['1', 1, false],
    [null, undefined, false],
    [undefined, undefined, true],
  ])('of %j and %j is %j', (a, b, equal) => {
    expect(jsonEquals(a, b)).toBe(equal);
    expect(jsonEquals(b, a)).toBe(equal);
  });
});

describe('members of a JSON object', () => {
  const object = { spec: { name: 'web-1' }, items: [1], name: 'x', count: 1, none: null };

  it('are read as objects, or as empty ones', () => {
    expect(['spec', 'items', 'name', 'none', 'missing'].map((member) => objectAt(object, member))).toEqual([
      { name: 'web-1' },
      {},
      {},
      {},
      {},
    ]);
    expect(objectAt(undefined, 'spec')).toEqual({});
  });

  it('are read as strings, or not at all', () => {
    expect(['name', 'count', 'spec', 'missing'].map((member) => stringAt(object, member))).toEqual([
      'x',
      undefined,
      undefined,
      undefined,
    ]);
  });
});
