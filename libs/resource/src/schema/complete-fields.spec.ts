import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import { completeFields } from './complete-fields.js';
import { valueTree } from './field-tree.js';

const names = fc.constantFrom('a', 'b', 'c', 'd');

/** Structural schemas with defaults, nulls, lists, maps and places where anything goes. */
const { schema } = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<JsonObject>(
      { type: 'string' },
      { type: 'string', default: 'x' },
      { type: 'integer', nullable: true },
      { type: 'integer', nullable: true, default: 1 },
      { 'x-kubernetes-preserve-unknown-fields': true },
      { type: 'object' },
    ),
    fc
      .record({
        properties: fc.dictionary(names, tie('schema'), { maxKeys: 3 }),
        filled: fc.boolean(),
        open: fc.boolean(),
      })
      .map(({ properties, filled, open }) => ({
        type: 'object',
        properties,
        ...(filled ? { default: {} } : {}),
        ...(open ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
      })),
    tie('schema').map((items) => ({ type: 'array', items })),
    tie('schema').map((additionalProperties) => ({ type: 'object', additionalProperties })),
  ),
}));

const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, 'x', 1, true),
    fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}));

describe('completing any value by any schema', () => {
  it('leaves what was given as it was', () => {
    fc.assert(
      fc.property(schema, value, (by, given) => {
        const before = structuredClone(given);
        completeFields(valueTree(by), given);
        expect(given).toEqual(before);
      }),
    );
  });

  it('done twice is done once: nothing is unknown and nothing is copied any more', () => {
    fc.assert(
      fc.property(schema, value, (by, given) => {
        const tree = valueTree(by);
        const once = completeFields(tree, given);
        const twice = completeFields(tree, once.value);
        expect(twice.value).toBe(once.value);
        expect(twice).toMatchObject({ unknown: [], filled: 0 });
      }),
    );
  });

  it('names every field that it takes out as unknown', () => {
    fc.assert(
      fc.property(schema, value, (by, given) => {
        const { unknown } = completeFields(valueTree(by), given);
        expect(new Set(unknown).size).toBe(unknown.length);
      }),
    );
  });
});
