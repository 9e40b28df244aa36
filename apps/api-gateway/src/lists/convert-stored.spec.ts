import { describe, expect, it } from '@jest/globals';
import { inApiVersion } from './convert-stored.js';

describe('a stored object', () => {
  it('in the version asked for is passed on as it is', () => {
    const text = '{"kind": "Rack", "spec": {"note": "\\"apiVersion\\": \\"x\\""}, "apiVersion": "fab.dev/v1"}';
    expect(inApiVersion(text, 'fab.dev/v1')).toBe(text);
  });

  it('has its large numbers as every other answer has them', () => {
    const spec = { large: 1e300, small: -1.2345e21, id: 9007199254740991 };
    const [large, small] = [`1${'0'.repeat(300)}`, `-12345${'0'.repeat(17)}`];
    const printed = `{"spec": {"large": ${large}, "small": ${small}, "id": 9007199254740991}, "apiVersion": "fab.dev/v1"}`;
    const converted = inApiVersion(printed, 'fab.dev/v1');
    expect(converted).toContain('"large":1e+300,"small":-1.2345e+21,"id":9007199254740991');
    expect(JSON.parse(converted)).toEqual({ apiVersion: 'fab.dev/v1', spec });
  });

  it.each([
    ['in another version', { kind: 'Rack', apiVersion: 'fab.dev/v1alpha1' }],
    [
      'in another version, that holds the one asked for',
      { apiVersion: 'fab.dev/v2', spec: { apiVersion: 'fab.dev/v1' } },
    ],
    ['that holds another version', { apiVersion: 'fab.dev/v1', spec: { apiVersion: 'apps/v1' } }],
    ['in a version that begins alike', { apiVersion: 'fab.dev/v1beta1', spec: {} }],
    ['without a version', { kind: 'Rack', spec: { note: '"apiVersion": "fab.dev/v1"' } }],
  ])('%s is given the version asked for, and nothing else changes', (_situation, object) => {
    const printed = JSON.stringify(object, null, 1);
    const converted = inApiVersion(printed, 'fab.dev/v1');
    expect(JSON.parse(converted)).toEqual({ ...object, apiVersion: 'fab.dev/v1' });
  });
});
