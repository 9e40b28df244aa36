import { beforeEach, describe, expect, it } from '@jest/globals';
import { boundaryOf, versionAt } from '@holdfast/contracts';
import { RefusalError } from '@holdfast/kernel';
import type { Refusal } from '@holdfast/kernel';
import type { RequestContext } from '../http/resolved-request.js';
import type { Freshness } from './freshness.js';
import { readPointOf } from './read-point.js';
import type { ReadPoint } from './read-point.js';

const context = (limitMs = 50): RequestContext => ({
  user: { name: 'alice', uid: '1', groups: [] },
  requestID: 'r',
  correlationID: 'c',
  traceparent: '',
  fieldManager: 'spec',
  deadline: Date.now() + limitMs,
  body: Buffer.alloc(0),
  contentType: '',
  idempotencyKey: undefined,
});

describe('where a read stands', () => {
  const end = boundaryOf(5);
  let projected: number;
  let looks: number;

  const point = (freshness: Freshness, limitMs?: number): Promise<ReadPoint> =>
    readPointOf(freshness, context(limitMs), {
      confirmedEnd: async () => {
        looks += 1;
        return end;
      },
      projected: async (version) => version <= projected,
      versionAtTime: async (moment) => (moment.getTime() < 1_000 ? undefined : boundaryOf(2)),
    });
  const refusal = async (freshness: Freshness): Promise<Refusal> => {
    try {
      await point(freshness);
    } catch (error) {
      if (error instanceof RefusalError) return error.refusal;
      throw error;
    }
    throw new Error('it was not refused');
  };

  beforeEach(() => {
    projected = end;
    looks = 0;
  });

  it('the newest: once the rows have come to the end that was looked up', async () => {
    expect(await point({ is: 'newest' })).toEqual({ at: undefined, least: end });
  });

  it('anything: at once and without a look', async () => {
    expect(await point({ is: 'any' })).toEqual({ at: undefined, least: 0 });
    expect(looks).toBe(0);
  });

  it('not older than a version that is there: without a look', async () => {
    expect(await point({ is: 'notOlderThan', version: 2000 })).toEqual({ at: undefined, least: 2000 });
    expect(looks).toBe(0);
  });

  it('a version exactly: at the end of its commit', async () => {
    expect(await point({ is: 'exact', version: versionAt(3, 2) })).toEqual({ at: boundaryOf(3), least: boundaryOf(3) });
  });

  it('the next page: at the version of the first', async () => {
    const token = { version: boundaryOf(3), after: { namespace: 'default', name: 'a' } };
    expect(await point({ is: 'continued', token })).toEqual({ at: boundaryOf(3), least: boundaryOf(3) });
  });

  it('a moment: where the log stood then, and before everything when it had not begun', async () => {
    expect(await point({ is: 'moment', at: new Date(2_000) })).toEqual({ at: boundaryOf(2), least: end });
    expect(await point({ is: 'moment', at: new Date(10) })).toEqual({ at: 1, least: end });
  });

  it('nowhere, when the rows do not come to the end in time: 504', async () => {
    projected = boundaryOf(4);
    expect(await refusal({ is: 'newest' })).toMatchObject({ reason: 'Timeout', details: { retryAfterSeconds: 1 } });
  });

  it('nowhere, when a version was never given out: 410 exactly, 504 as the least', async () => {
    expect(await refusal({ is: 'exact', version: versionAt(6, 0) })).toMatchObject({ reason: 'Expired' });
    expect(
      await refusal({ is: 'continued', token: { version: boundaryOf(6), after: { namespace: '', name: '' } } }),
    ).toMatchObject({ reason: 'Expired' });
    expect(await refusal({ is: 'notOlderThan', version: versionAt(6, 0) })).toMatchObject({
      reason: 'Timeout',
      message: `Timeout: Too large resource version: 6144, current: ${end}`,
      details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }] },
    });
  });
});
