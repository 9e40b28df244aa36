import { describe, expect, it } from '@jest/globals';

import { compileJsonPath, JsonPathError } from './json-path.js';

const rack = {
  spec: { size: 3, tags: ['a', 'b', 'c'], 'odd.key': { deep: true } },
  metadata: { annotations: { 'example.dev/owner': 'ann' } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', count: 2 },
      { type: 'Stalled', status: 'False', count: 3 },
    ],
  },
};

describe('a JSON path', () => {
  it.each([
    ['.spec.size', [3]],
    ['.spec.tags[0]', ['a']],
    ['.spec.tags[-1]', ['c']],
    ['.spec.tags[-3]', ['a']],
    ['.spec.tags[*]', ['a', 'b', 'c']],
    ['.spec.tags[7]', []],
    ['.spec.tags[-1:]', ['c']],
    ['.spec.tags[:2]', ['a', 'b']],
    ['.spec.tags[1:2]', ['b']],
    ['.spec.tags[:]', ['a', 'b', 'c']],
    ['.spec.size[:]', []],
    [`.spec['odd.key'].deep`, [true]],
    ['.spec["odd.key"].deep', [true]],
    ['.spec.odd\\.key.deep', [true]],
    ['.metadata.annotations.example\\.dev/owner', ['ann']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [`.status.conditions[?(@.type=='Stalled')].status`, ['False']],
    ['.status.conditions[?(@.count==3)].type', ['Stalled']],
    ['.status.conditions[?(@.type!="Ready")].type', ['Stalled']],
    ['.status.conditions[*].type', ['Ready', 'Stalled']],
    ['.spec.missing.deeper', []],
    ['.spec.size.deeper', []],
    ['.spec.__proto__', []],
    ['.spec.toString', []],
  ])('%s finds %j', (path, found) => {
    expect(compileJsonPath(path)(rack)).toEqual(found);
  });

  it.each(['', 'spec.size', '..size', '.spec[', '.spec[?(@.a)]', '.spec[0:2:1]', '.a b]', '.spec[?(@.a=~"x")]'])(
    '%j is refused by name',
    (path) => {
      expect(() => compileJsonPath(path)).toThrow(JsonPathError);
      expect(() => compileJsonPath(path)).toThrow(JSON.stringify(path));
    },
  );
});
