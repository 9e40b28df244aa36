import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonValue } from '@holdfast/kernel';
import { jsonEquals } from '@holdfast/kernel';
import { findDuplicates } from './list-duplicates.js';

describe('items that stand twice', () => {
  it.each<[items: readonly JsonValue[], keys: readonly string[], indexes: readonly number[]]>([
    [[], [], []],
    [['a', 'b', 'a', 'a'], [], [2, 3]],
    [[1, '1', true, null], [], []],
    [
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      [],
      [1],
    ],
    [
      [
        { k: 'a', v: 1 },
        { k: 'b', v: 1 },
        { k: 'a', v: 2 },
      ],
      ['k'],
      [2],
    ],
    [
      [
        { k: 'a', l: 'b' },
        { k: 'a', l: 'c' },
      ],
      ['k', 'l'],
      [],
    ],
    [[{ k: 'a","b' }, { k: 'a' }, { k: 'a', l: 'b' }], ['k', 'l'], []],
    [[{}, {}], ['k'], [1]],
    [['not', 'objects', 'not'], ['k'], []],
  ])('%j by %j: %j', (items, keys, indexes) => {
    expect(findDuplicates(items, keys).map(({ index }) => index)).toEqual(indexes);
  });

  it('are the items equal to an earlier one', () => {
    const value = fc.jsonValue({ maxDepth: 2 }).map((json) => json as JsonValue);
    fc.assert(
      fc.property(fc.array(value, { maxLength: 8 }), (items) => {
        const expected = items.flatMap((item, i) =>
          items.slice(0, i).some((other) => jsonEquals(other, item)) ? [i] : [],
        );
        expect(findDuplicates(items, []).map(({ index }) => index)).toEqual(expected);
      }),
    );
  });
});
