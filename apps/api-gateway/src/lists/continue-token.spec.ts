import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readContinueToken, writeContinueToken } from './continue-token.js';

describe('a continue token', () => {
  it('reads back as it was written', () => {
    const tokens = fc.record({
      version: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      after: fc.record({ namespace: fc.string(), name: fc.string() }),
    });
    fc.assert(
      fc.property(tokens, (token) => {
        const text = writeContinueToken(token);
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(readContinueToken(text)).toEqual(token);
      }),
    );
  });

  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each([
    ['is no base64', '%%%'],
    ['is no JSON', Buffer.from('nonsense').toString('base64url')],
    ['is null', encoded(null)],
    ['is of another server', encoded({ v: 'meta.k8s.io/v1', rv: 7, start: 'default/a' })],
    ['has no version', encoded({ v: 'holdfast.dev/v1', namespace: 'a', name: 'b' })],
    ['has an absurd version', encoded({ v: 'holdfast.dev/v1', rv: -1, namespace: 'a', name: 'b' })],
    ['has no key', encoded({ v: 'holdfast.dev/v1', rv: 7 })],
  ])('that %s is refused', (_problem, text) => {
    expect(() => readContinueToken(text)).toThrow('continue key is not valid');
  });
});
