import { describe, expect, it } from '@jest/globals';

import { POOL_DECISIONS, WORKSPACE_CLAIMS } from '@holdfast/prebuild';
import { keyOf } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';

import { Attention, scopeOf } from './attention.js';
import { preset, READY, template, text, version, workspace } from './plan-pass.fixtures.js';

const changed = (after: ObjectState) => ({ key: after.key, after });
const gone = (before: ObjectState) => ({ key: before.key, before });
const going = { metadata: { deletionTimestamp: text('09:00') } };

describe('what a change asks to look at', () => {
  it.each<[string, ObjectState]>([
    ['a preset', preset({ instances: 1 })],
    ['a workspace of its pool', workspace('a', { status: READY })],
    ['a workspace that is handed over', workspace('a', { spec: { owner: 'ada' }, status: READY })],
  ])('of %s is the preset', (_name, state) => {
    expect(scopeOf(changed(state))).toEqual(['default/small']);
  });

  it.each<[string, ReturnType<typeof changed> | ReturnType<typeof gone>]>([
    ['a template', changed(template())],
    ['a version', changed(version('v1'))],
    ['a preset that goes', changed(preset({ instances: 1 }, going))],
    ['a preset that is gone', gone(preset({ instances: 1 }))],
    ['a workspace that goes', changed(workspace('a', going))],
    ['a workspace that is gone', gone(workspace('a'))],
  ])('of %s is everything', (_name, change) => {
    expect(scopeOf(change)).toBe('everything');
  });

  it('of a claim is the preset that it names, or was told', () => {
    const key = keyOf(WORKSPACE_CLAIMS, 'default', 'mine');
    const claim = (members: object) => changed({ key, version: 1, object: { metadata: {}, ...members } });
    expect(scopeOf(claim({ spec: { preset: 'small' } }))).toEqual(['default/small']);
    expect(scopeOf(claim({ spec: {}, status: { preset: 'small' } }))).toEqual(['default/small']);
  });

  it('of what was decided is nothing', () => {
    const key = keyOf(POOL_DECISIONS, 'default', 'small--v1');
    expect(scopeOf(changed({ key, version: 1, object: { metadata: {}, spec: { preset: 'small' } } }))).toEqual([]);
  });
});

describe('what was noted', () => {
  it('is everything at first, and then what was noted since', () => {
    const attention = new Attention();
    expect(attention.take()).toBe('everything');
    attention.note(['default/small']);
    attention.note(['default/small', 'default/large']);
    expect(attention.take()).toEqual(new Set(['default/small', 'default/large']));
    expect(attention.take()).toEqual(new Set());
    attention.note(['default/small']);
    attention.note('everything');
    expect(attention.take()).toBe('everything');
  });
});
