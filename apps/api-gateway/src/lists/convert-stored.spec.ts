import { describe, expect, it } from '@jest/globals';
import { inApiVersion } from './convert-stored.js';

describe('a stored object', () => {
  it('in the version asked for is passed on as it is', () => {
    const text = '{"kind": "Rack", "spec": {"note": "\\"apiVersion\\": \\"x\\""}, "apiVersion": "fab.dev/v1"}';
    expect(inApiVersion(text, 'fab.dev/v1')).toBe(text);
  });

  it.each([
    ['in another version', { kind: 'Rack', apiVersion: 'fab.dev/v1alpha1' }],
    [
      'in another version, that holds the one asked for',
      { apiVersion: 'fab.dev/v2', spec: { apiVersion: 'fab.dev/v1' } },
    ],
    ['that holds another version', { apiVersion: 'fab.dev/v1', spec: { apiVersion: 'apps/v1' } }],
    ['in a version with a quote', { apiVersion: 'fab"dev', spec: {} }],
  ])('%s is given the version asked for, and nothing else changes', (_situation, object) => {
    const converted = inApiVersion(JSON.stringify(object), 'fab.dev/v1');
    expect(JSON.parse(converted)).toEqual({ ...object, apiVersion: 'fab.dev/v1' });
  });
});
