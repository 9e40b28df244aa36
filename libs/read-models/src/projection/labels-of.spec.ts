import { describe, expect, it } from '@jest/globals';
import { encodeObject } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import fc from 'fast-check';
import { labelsOf } from './labels-of.js';

const labelsIn = (object: JsonObject): unknown => JSON.parse(labelsOf(encodeObject(object)).toString()) as unknown;
const withMetadata = (metadata: JsonObject, rest: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  ...rest,
});

describe('the labels of an object', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['are none without metadata members', withMetadata({}), {}],
    ['are those of its metadata', withMetadata({ name: 'a', labels: { app: 'web' }, uid: 'u' }), { app: 'web' }],
    ['may be none', withMetadata({ labels: {}, name: 'a' }), {}],
    ['are not those of its spec', withMetadata({ name: 'a' }, { spec: { labels: { app: 'no' } } }), {}],
    ['are not an annotation of that name', withMetadata({ annotations: { labels: 'no', x: '"labels":{' } }), {}],
    [
      'are found behind brackets in strings',
      withMetadata({ annotations: { a: '}]\\"{' }, labels: { b: '}' } }),
      { b: '}' },
    ],
    ['are found behind lists', withMetadata({ finalizers: ['a', 'b'], generation: 1, labels: { c: 'd' } }), { c: 'd' }],
  ])('%s', (_rule, object, labels) => {
    expect(labelsIn(object)).toEqual(labels);
  });

  it('are what parsing the object gives, whatever else stands in its metadata', () => {
    const values = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
    const other = fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(other, fc.option(values, { nil: undefined }), other, (before, labels, after) => {
        const object = withMetadata({ ...before, ...(labels === undefined ? {} : { labels }), ...after });
        const parsed = JSON.parse(encodeObject(object).toString()) as { metadata: { labels?: unknown } };
        expect(labelsIn(object)).toEqual(parsed.metadata.labels ?? {});
      }),
    );
  });
});
