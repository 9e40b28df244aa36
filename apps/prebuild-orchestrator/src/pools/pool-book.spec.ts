import { describe, expect, it } from '@jest/globals';

import { ObjectCache } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';
import fc from 'fast-check';

import { at, preset, READY, template, text, version, workspace } from './plan-pass.fixtures.js';
import { PoolBook } from './pool-book.js';

const NAMES = ['a', 'b', 'c'];
const CLAIMED = { owner: 'ada', claimRef: { name: 'mine', uid: 'uid-mine' } };

/** A cache with a book beside it that is told of every change. */
const followed = () => {
  const cache = new ObjectCache();
  const book = new PoolBook(cache);
  const put = (state: ObjectState): void => {
    const change = cache.put(state);
    if (change !== undefined) book.follow(change);
  };
  const remove = (state: ObjectState): void => {
    const change = cache.remove(state.key, state.version);
    if (change !== undefined) book.follow(change);
  };
  return { cache, book, put, remove };
};

/** What planning is told, in an order of its own. */
const shown = (book: PoolBook): unknown => {
  const { workspaces, handedOver, usedVersions, templates } = book.all();
  return {
    templates: templates.map(({ id }) => id),
    workspaces: workspaces.map(({ id, state }) => `${id} ${state.version}`).sort(),
    handedOver: new Map(handedOver),
    used: ['v1', 'v2'].filter((version) => usedVersions.has(`default/${version}`)),
  };
};

const builtAt = (clock: string) => ({ ...READY, builtAt: text(clock) });

describe('the book of pools', () => {
  it('has the workspaces of pools, and of those that were handed over when the newest was built', () => {
    const { book, put, remove } = followed();
    put(template());
    put(workspace('spare', { status: READY }));
    put(workspace('old', { spec: CLAIMED, status: builtAt('08:10') }));
    const newest = workspace('new', { spec: CLAIMED, status: builtAt('08:20') });
    put(newest);
    const { workspaces, handedOver } = book.all();
    expect(workspaces.map(({ name }) => name)).toEqual(['spare']);
    expect([...handedOver]).toEqual([['default/small@v1', at('08:20')]]);
    remove({ ...newest, version: newest.version + 1_000 });
    expect([...book.all().handedOver]).toEqual([['default/small@v1', at('08:10')]]);
  });

  it('says the same, whatever happened, as one that begins with what there is', () => {
    const change = fc.record({
      name: fc.constantFrom(...NAMES),
      what: fc.constantFrom('pooled', 'claimed', 'removed'),
      version: fc.constantFrom('v1', 'v2'),
      clock: fc.constantFrom('08:10', '08:20', '08:30'),
      isBuilt: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), (changes) => {
        const { cache, book, put, remove } = followed();
        for (const { name, what, version, clock, isBuilt } of changes) {
          const status = isBuilt ? builtAt(clock) : {};
          const state = workspace(name, { spec: { version, ...(what === 'claimed' ? CLAIMED : {}) }, status });
          if (what === 'removed') remove(state);
          else put(state);
        }
        expect(shown(book)).toEqual(shown(new PoolBook(cache)));
      }),
    );
  });

  it('has of some presets what it has of them among all', () => {
    const { book, put } = followed();
    put(template({ spec: { activeVersion: 'v2' } }));
    put(version('v1'));
    put(version('v2'));
    put(preset({ instances: 1 }));
    put(workspace('spare', { status: READY }));
    put(workspace('other', { spec: { preset: 'large' }, status: READY }));
    const some = book.of(new Set(['default/small']));
    const names = (objects: readonly { readonly name: string }[]) => objects.map(({ name }) => name);
    expect(names(some.workspaces)).toEqual(['spare']);
    expect([names(some.presets), names(some.templates), names(some.versions)]).toEqual([['small'], ['web'], ['v2']]);
  });

  it('knows of a preset that is gone what it left behind', () => {
    const { book, put } = followed();
    put(template());
    put(workspace('orphan', { status: READY }));
    const some = book.of(new Set(['default/small']));
    expect([some.presets.length, some.workspaces.length, some.templates.length]).toEqual([0, 1, 1]);
  });
});
