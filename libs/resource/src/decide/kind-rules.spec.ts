import { describe, expect, it } from '@jest/globals';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { forbidden, invalidValue } from '../refusal/causes.js';
import {
  at,
  create,
  decideOn,
  given,
  GIVEN_VERSION,
  mergePatch,
  rack,
  remove,
  rollback,
  transactOn,
  update,
  world,
  written,
} from './decide.fixtures.js';
import type { ResourceState } from './decision.js';
import type { KindRules } from './kind-rules.js';

const colorOf = (object: JsonObject | undefined): string => stringAt(objectAt(object, 'spec'), 'color') ?? '';

const isStored = (state: ResourceState, name: string): boolean =>
  state.get({ group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name }) !== undefined;

/** Nothing is blue; a green one needs the rack named `sun`; nothing that was gold is anything else; gold ones stay. */
const colors: KindRules = {
  check: ({ before, after }, state) => [
    ...(colorOf(after) === 'blue' ? [invalidValue('spec.color', 'blue', 'expected anything else')] : []),
    ...(colorOf(after) === 'green' && !isStored(state, 'sun')
      ? [invalidValue('spec.color', 'green', 'there is no "sun"')]
      : []),
    ...(colorOf(before) === 'gold' && colorOf(after) !== 'gold' ? [forbidden('spec.color', 'it stays gold')] : []),
  ],
  undeletable: (object, { name }) => (colorOf(object) === 'gold' ? `${name} is gold` : undefined),
};

const rules = { rules: new Map([['racks.inventory.holdfast.dev', colors]]) };
const painted = (name: string, color: string): JsonObject => rack(name, { spec: { color } });
const blue = written(painted('rack-01', 'blue'));
const held = (name: string, color: string, metadata: JsonObject): JsonObject => ({
  ...painted(name, color),
  metadata: { ...objectAt(painted(name, color), 'metadata'), finalizers: ['example.com/hold'], ...metadata },
});

describe('rules of a kind', () => {
  it('hold for a new object', () => {
    given()
      .when(create(blue), rules)
      .thenRefused('Invalid', /Invalid value: "blue": expected/, 'spec.color');
  });

  it('hold for a new object that is only tried', () => {
    given()
      .when(create(blue, {}, { dryRun: true }), rules)
      .thenRefused('Invalid', /blue/, 'spec.color');
  });

  it.each([
    ['an update', update('rack-01', at(GIVEN_VERSION, painted('rack-01', 'blue')))],
    ['a patch', mergePatch('rack-01', { spec: { color: 'blue' } })],
    ['a rollback', rollback('rack-01', painted('rack-01', 'blue'))],
  ])('hold for %s', (_what, write) => {
    given(rack('rack-01')).when(write, rules).thenRefused('Invalid', /blue/, 'spec.color');
  });

  it('see what was there before', () => {
    given(painted('rack-01', 'gold'))
      .when(mergePatch('rack-01', { spec: { color: 'red' } }), rules)
      .thenRefused('Invalid', /it stays gold/, 'spec.color');
  });

  it('are told with what the schema refuses, unless that leaves nothing to look at', () => {
    const oversized = { ...blue, spec: { color: 'blue', size: -1 } };
    given()
      .when(create(oversized), rules)
      .thenRefused('Invalid', /-1.*blue/, 'spec.size', 'spec.color');
    given(rack('rack-01'))
      .when(mergePatch('rack-01', { spec: { color: 'blue', size: -1 } }), rules)
      .thenRefused('Invalid', /-1.*blue/, 'spec.size', 'spec.color');
    const unsized = { ...blue, spec: { color: 'blue', size: 'big' } };
    given()
      .when(create(unsized), rules)
      .thenRefused('Invalid', /integer/, 'spec.size');
  });

  it('see the newest state', () => {
    const green = create(written(painted('rack-01', 'green')));
    given()
      .when(green, rules)
      .thenRefused('Invalid', /there is no "sun"/, 'spec.color');
    given(rack('sun'))
      .when(green, rules)
      .thenObject('created', { spec: { color: 'green', size: 1 } });
  });

  it('see what earlier operations of the same transaction did, and name the operation', () => {
    const sun = create(written(rack('sun')));
    const green = create(written(painted('rack-01', 'green')));
    expect(transactOn(world(), [sun, green], rules)).toMatchObject({ kind: 'accepted' });
    const refused = transactOn(world(), [green, sun], rules);
    expect(refused.kind === 'refused' ? refused.refusal.details?.causes : []).toEqual([
      expect.objectContaining({ field: 'operations[0].spec.color' }),
    ]);
  });

  it('hold for writes of the status', () => {
    const asked: string[] = [];
    const listening = { check: ({ after }) => (asked.push(JSON.stringify(after['status'])), []) } satisfies KindRules;
    const listeners = { rules: new Map([['racks.inventory.holdfast.dev', listening]]) };
    decideOn(
      world(rack('rack-01')),
      mergePatch('rack-01', { status: { ready: true } }, { subresource: 'status' }),
      listeners,
    );
    expect(asked).toEqual(['{"ready":true}']);
  });

  it('keep an object from being deleted', () => {
    given(painted('rack-01', 'gold'))
      .when(remove('rack-01'), rules)
      .thenRefused('Conflict', /rack-01 is gold$/);
    given(held('rack-01', 'gold', {}))
      .when(remove('rack-01'), rules)
      .thenRefused('Conflict', /rack-01 is gold$/);
  });

  it('let go on what is being deleted already', () => {
    const going = held('rack-01', 'gold', { deletionTimestamp: '2026-05-04T09:00:00Z', deletionGracePeriodSeconds: 0 });
    given(going).when(remove('rack-01'), rules).thenNothingChanges();
    given(going)
      .when(mergePatch('rack-01', { metadata: { finalizers: null } }), rules)
      .thenObject('deleted', {});
  });

  it('are those of one kind', () => {
    given()
      .when(create(blue), { rules: new Map([['shelves.inventory.holdfast.dev', colors]]) })
      .thenObject('created', {});
  });
});
