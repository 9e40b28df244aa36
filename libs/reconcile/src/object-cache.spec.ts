import { describe, expect, it } from '@jest/globals';

import { ObjectCache } from './object-cache.js';
import { aChassisOf, aRack, RACKS } from './objects.fixtures.js';

const aCache = (...states: readonly ReturnType<typeof aRack>[]): ObjectCache => {
  const cache = new ObjectCache();
  for (const state of states) cache.put(state);
  return cache;
};

describe('what comes late', () => {
  const newer = aRack('rack-01', { version: 5 });

  it('is no news: an older state changes nothing', () => {
    const cache = aCache(newer);

    expect(cache.put(aRack('rack-01', { version: 4 }))).toBeUndefined();
    expect(cache.get(newer.key)).toBe(newer);
  });

  it('is no news: the same state a second time, from the log and from an answer', () => {
    expect(aCache(newer).put(aRack('rack-01', { version: 5 }))).toBeUndefined();
  });

  it('does not bring an object back that is gone', () => {
    const cache = aCache(newer);
    cache.remove(newer.key, 6);

    expect(cache.put(aRack('rack-01', { version: 5 }))).toBeUndefined();
    expect(cache.get(newer.key)).toBeUndefined();
  });

  it('does not take an object away that was made again', () => {
    const cache = aCache(newer);

    expect(cache.remove(newer.key, 4)).toBeUndefined();
    expect(cache.get(newer.key)).toBe(newer);
  });

  it('a deletion before the listing had shown the object: a late listing does not bring it in', () => {
    const cache = aCache();
    cache.remove(newer.key, 6);

    expect(cache.put(newer)).toBeUndefined();
  });
});

describe('a change', () => {
  it('tells what was and what is', () => {
    const before = aRack('rack-01', { version: 1 });
    const after = aRack('rack-01', { version: 2 });

    expect(aCache(before).put(after)).toEqual({ key: after.key, before, after });
    expect(aCache(before).remove(before.key, 3)).toEqual({ key: before.key, before });
  });
});

describe('what is looked up', () => {
  it('dependents follow their owner references', () => {
    const child = aChassisOf('rack-01', 'c-0');
    const cache = aCache(aRack('rack-01'), aRack('rack-02'), child);
    expect(cache.ownedBy('uid-of-rack-01')).toEqual([child]);

    const moved = aChassisOf('rack-02', 'c-0', { version: 2 });
    cache.put(moved);
    expect(cache.ownedBy('uid-of-rack-01')).toEqual([]);
    expect(cache.ownedBy('uid-of-rack-02')).toEqual([moved]);

    cache.remove(moved.key, 3);
    expect(cache.ownedBy('uid-of-rack-02')).toEqual([]);
  });

  it('a list is of one kind, and of one namespace when that is asked for', () => {
    const rack = aRack('rack-01');
    const cache = aCache(rack, aChassisOf('rack-01', 'c-0'));

    expect(cache.list(RACKS)).toEqual([rack]);
    expect(cache.list(RACKS, 'elsewhere')).toEqual([]);
    expect(cache.inNamespace('default')).toHaveLength(2);
  });

  it('an uid finds its object, and nothing once that is gone', () => {
    const rack = aRack('rack-01');
    const cache = aCache(rack);
    expect(cache.byUid('uid-of-rack-01')).toBe(rack);

    cache.remove(rack.key, 2);
    expect(cache.byUid('uid-of-rack-01')).toBeUndefined();
  });
});
