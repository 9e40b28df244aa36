import { describe, expect, it } from '@jest/globals';
import { writeContinueToken } from './continue-token.js';
import { freshnessOf } from './freshness.js';

const asked = (query: Partial<Parameters<typeof freshnessOf>[0]>) =>
  freshnessOf({
    resourceVersion: undefined,
    resourceVersionMatch: undefined,
    at: undefined,
    continue: '',
    limit: undefined,
    ...query,
  });
const noon = new Date('2026-01-01T12:00:00Z');
const token = { version: 2047, after: { namespace: 'default', name: 'a' } };

describe('how new a read has to be', () => {
  it.each([
    ['is the newest when nothing is said', {}, { is: 'newest' }],
    ['is anything for version 0', { resourceVersion: 0 }, { is: 'any' }],
    ['is anything for version 0, also in pages', { resourceVersion: 0, limit: 10 }, { is: 'any' }],
    ['is not older than a version alone', { resourceVersion: 7 }, { is: 'notOlderThan', version: 7 }],
    [
      'is a version exactly, when it comes with a limit',
      { resourceVersion: 7, limit: 10 },
      { is: 'exact', version: 7 },
    ],
    [
      'is not older than a version, when that is said, also in pages',
      { resourceVersion: 7, resourceVersionMatch: 'NotOlderThan' as const, limit: 10 },
      { is: 'notOlderThan', version: 7 },
    ],
    [
      'is a version exactly, when that is said',
      { resourceVersion: 7, resourceVersionMatch: 'Exact' as const },
      { is: 'exact', version: 7 },
    ],
    ['is a moment of the past', { at: noon }, { is: 'moment', at: noon }],
    ['is that of the first page', { continue: writeContinueToken(token), limit: 10 }, { is: 'continued', token }],
    [
      'is that of the first page, also for version 0',
      { continue: writeContinueToken(token), resourceVersion: 0 },
      { is: 'continued', token },
    ],
  ])('%s', (_rule, query, freshness) => {
    expect(asked(query)).toEqual(freshness);
  });

  it('cannot be said twice', () => {
    const next = writeContinueToken(token);
    expect(() => asked({ continue: next, resourceVersion: 7 })).toThrow('not allowed when using continue');
    expect(() => asked({ continue: next, at: noon })).toThrow('not allowed when using continue');
  });
});
