import { describe, expect, it } from '@jest/globals';
import { changedPaths } from './changed-paths.js';

describe('the paths that a write changed', () => {
  it('are as deep as the difference', () => {
    const before = { spec: { color: 'red', size: 1, tags: ['a', 'b'] }, status: { ready: true } };
    const after = { spec: { color: 'blue', size: 1, tags: ['a', 'c'] }, status: { ready: true } };
    expect(changedPaths(before, after)).toEqual(['/spec/color', '/spec/tags/1']);
  });

  it('name what came and what went', () => {
    expect(changedPaths({ spec: { old: 1 } }, { spec: { new: 1 } })).toEqual(['/spec/old', '/spec/new']);
  });

  it('name a list whose length changed as a whole', () => {
    expect(changedPaths({ tags: ['a'] }, { tags: ['a', 'b'] })).toEqual(['/tags']);
  });

  it('escape keys as JSON pointers do', () => {
    expect(changedPaths({ labels: { 'a/b~c': '1' } }, { labels: { 'a/b~c': '2' } })).toEqual(['/labels/a~1b~0c']);
  });

  it('do not care about the order of members', () => {
    expect(changedPaths({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } })).toEqual([]);
  });

  it('are at most 64, the last one telling of more', () => {
    const before = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key-${i}`, 1]));
    const paths = changedPaths(before, {});
    expect(paths).toHaveLength(64);
    expect(paths.at(-1)).toBe('/…');
  });
});
