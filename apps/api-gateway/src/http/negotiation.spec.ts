import { describe, expect, it } from '@jest/globals';

import { negotiate } from './negotiation.js';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

describe('the form of the answer', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/json, */*', 'json'],
    ['application/json, */*;q=0.8', 'json'],
    ['application/vnd.kubernetes.protobuf,application/json', 'json'],
    ['application/json;stream=watch', 'json'],
    ['application/vnd.kubernetes.protobuf;stream=watch,application/json;stream=watch', 'json'],
    [`${table},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`, 'table'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'table'],
    ['application/json;q=0.1, ' + table, 'table'],
    ['application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json', 'partial'],
    ['application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1', 'partial'],
    ['application/json;as=Unheard;g=meta.k8s.io;v=v1,application/json', 'json'],
  ])('%s is answered as %s', (accept, expected) => {
    expect(negotiate(accept)).toBe(expected);
  });

  it.each([
    'application/vnd.kubernetes.protobuf',
    'text/html',
    'application/json;q=0',
    'application/json;stream=other',
    'application/json;as=Unheard;g=meta.k8s.io;v=v1',
    'application/json;as=Table;g=other.io;v=v1',
    ';;;,,',
  ])('%s is not acceptable', (accept) => {
    expect(() => negotiate(accept)).toThrow(/only the following media types are accepted/);
  });
});
