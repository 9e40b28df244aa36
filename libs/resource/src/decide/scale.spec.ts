import { describe, expect, it } from '@jest/globals';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { scaleOf } from '../scale/scale.js';
import { given, GIVEN_VERSION, jsonPatch, mergePatch, rack, rackKind, update } from './decide.fixtures.js';

const paths = {
  specReplicasPath: '.spec.pool.size',
  statusReplicasPath: '.status.running',
  labelSelectorPath: '.status.selector',
};

/** Racks whose number stands two levels deep, from 0 to 9. */
const pools = rackKind({
  scale: paths,
  schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          color: { type: 'string' },
          pool: { type: 'object', properties: { size: { type: 'integer', maximum: 9 }, unit: { type: 'string' } } },
        },
      },
      status: { type: 'object', properties: { running: { type: 'integer' }, selector: { type: 'string' } } },
    },
  },
});

const pool = (spec: JsonObject = { pool: { size: 2, unit: 'U' } }): JsonObject =>
  rack('pool-1', { metadata: { labels: { a: 'b' } }, spec, status: { running: 1, selector: 'a=b' } });

const through = { subresource: 'scale' } as const;
const scale = (replicas: unknown, metadata: JsonObject = {}): JsonObject =>
  ({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'pool-1', namespace: 'default', ...metadata },
    spec: { replicas },
  }) as JsonObject;
const scaledTo = (size: number) => ({
  metadata: expect.objectContaining({ labels: { a: 'b' }, generation: 2 }) as unknown,
  spec: { pool: { size, unit: 'U' } },
  status: { running: 1, selector: 'a=b' },
});

describe('the Scale of an object', () => {
  it('says how many are wanted, and how many there are', () => {
    const { uid, creationTimestamp } = objectAt(pool(), 'metadata');
    expect(scaleOf(pool(), paths)).toEqual({
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'pool-1', namespace: 'default', uid, creationTimestamp },
      spec: { replicas: 2 },
      status: { replicas: 1, selector: 'a=b' },
    });
  });

  it('says 0 where the object says nothing', () => {
    const { spec, status } = scaleOf(rack('rack-01'), paths);
    expect({ spec, status }).toEqual({ spec: { replicas: 0 }, status: { replicas: 0 } });
  });
});

describe('a write through /scale', () => {
  it.each([
    ['an update', update('pool-1', scale(3), through)],
    [
      'an update of the state that was seen',
      update('pool-1', scale(3, { resourceVersion: String(GIVEN_VERSION) }), through),
    ],
    ['an update that names the object', update('pool-1', scale(3, { uid: 'uid-pool-1' }), through)],
    ['an update with the number alone', update('pool-1', { spec: { replicas: 3 } }, through)],
    ['a merge patch', mergePatch('pool-1', { spec: { replicas: 3 } }, through)],
    ['a JSON patch', jsonPatch('pool-1', [{ op: 'replace', path: '/spec/replicas', value: 3 }], through)],
  ])('changes the number alone: %s', (_what, write) => {
    given(pools, pool()).when(write).thenObject('specChanged', scaledTo(3));
  });

  it('of a Scale without a number means none, since clients leave out a zero', () => {
    given(pools, pool())
      .when(update('pool-1', { ...scale(0), spec: {} }, through))
      .thenObject('specChanged', scaledTo(0));
  });

  it('puts the number where there was none', () => {
    given(pools, pool({ color: 'red' }))
      .when(mergePatch('pool-1', { spec: { replicas: 3 } }, through))
      .thenObject('specChanged', { spec: { color: 'red', pool: { size: 3 } } });
  });

  it('of the number that is there changes nothing', () => {
    given(pools, pool())
      .when(update('pool-1', scale(2), through))
      .thenNothingChanges();
  });

  it('leaves alone what a Scale says of metadata and status', () => {
    const other = { ...scale(3, { labels: { x: 'y' } }), status: { replicas: 7 } };
    given(pools, pool())
      .when(update('pool-1', other, through))
      .thenObject('specChanged', scaledTo(3));
  });

  it('loses against a newer state, or another object of the name', () => {
    given(pools, pool())
      .when(update('pool-1', scale(3, { resourceVersion: '7' }), through))
      .thenRefused('Conflict', /the object has been modified/);
    given(pools, pool())
      .when(update('pool-1', scale(3, { uid: 'other' }), through))
      .thenRefused('Conflict', /UID/);
  });

  it.each([-1, -2_147_483_647])('is refused for %d', (replicas) => {
    given(pools, pool())
      .when(update('pool-1', scale(replicas), through))
      .thenRefused(
        'Invalid',
        `Scale.autoscaling "pool-1" is invalid: spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`,
        'spec.replicas',
      );
  });

  it.each(['"3"', '1.5', '2147483648', 'true', '{}'])('is refused for %s as a number', (replicas) => {
    for (const write of [update, mergePatch]) {
      given(pools, pool())
        .when(write('pool-1', scale(JSON.parse(replicas)), through))
        .thenRefused('BadRequest', `spec.replicas: expected a whole number of 32 bits, not ${replicas}`);
    }
  });

  it('is refused beyond what the schema of the kind allows', () => {
    given(pools, pool())
      .when(update('pool-1', scale(10), through))
      .thenRefused('Invalid', /Rack/, 'spec.pool.size');
  });

  it('is refused for something else than a Scale, and for another name', () => {
    given(pools, pool())
      .when(update('pool-1', pool(), through))
      .thenRefused('BadRequest', /must be a Scale/);
    given(pools, pool())
      .when(update('pool-1', scale(3, { name: 'pool-2' }), through))
      .thenRefused('BadRequest', /does not match the name on the URL/);
  });

  it('finds neither what is not there, nor a scale where the kind has none', () => {
    given(pools)
      .when(update('pool-1', scale(3), through))
      .thenRefused('NotFound', /"pool-1" not found$/);
    given(rack('pool-1'))
      .when(update('pool-1', scale(3), through))
      .thenRefused('NotFound', /could not find/);
  });
});
