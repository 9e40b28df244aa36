import type { JsonObject } from '@holdfast/kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeObject } from './encode-object.js';
import { spliceVersion } from './commit.js';

describe('the stored bytes of an object', () => {
  it('begin with apiVersion, kind and metadata, also when a member sorts before them', () => {
    const object = { 0: 'first', spec: {}, metadata: { name: 'web-1' }, kind: 'Widget', apiVersion: 'v1' };
    expect(encodeObject(object).toString()).toBe(
      '{"apiVersion":"v1","kind":"Widget","metadata":{"name":"web-1"},"0":"first","spec":{}}',
    );
  });

  it('read back as the object, with the version where clients look for it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.string()),
        (rest, labels) => {
          const object = JSON.parse(
            JSON.stringify({ ...rest, apiVersion: 'v1', kind: '"metadata":{', metadata: { name: 'web-1', labels } }),
          ) as JsonObject & { metadata: object };
          const read = JSON.parse(spliceVersion(encodeObject(object), 7).toString()) as unknown;
          expect(read).toEqual({ ...object, metadata: { ...object.metadata, resourceVersion: '7' } });
        },
      ),
    );
  });
});
