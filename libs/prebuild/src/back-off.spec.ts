import { describe, expect, it } from '@jest/globals';

import { backingOffAt, judgeBuilds } from './back-off.js';
import type { EndedBuild } from './back-off.js';
import { seconds } from './instant.js';
import { at } from './pools.fixtures.js';

const failed = (clock: string): EndedBuild => ({ endedAt: at(clock), outcome: 'failed' });
const succeeded = (clock: string): EndedBuild => ({ endedAt: at(clock), outcome: 'succeeded' });
const cancelled = (clock: string): EndedBuild => ({ endedAt: at(clock), outcome: 'cancelled' });
const policy = { failureHardLimit: 3, probeCoolDown: seconds(3_600) };

describe('back-off', () => {
  it('lasts one interval longer with each failure, its last instant included', () => {
    const failures = { count: 3, lastAt: at('10:00') };
    expect(backingOffAt(failures, seconds(60), at('10:03'))).toBe(at('10:03'));
    expect(backingOffAt(failures, seconds(60), at('10:03') + 1n)).toBeUndefined();
  });
});

describe('the builds of a pool', () => {
  it('that failed since the last that worked are counted', () => {
    const builds = [failed('09:50'), succeeded('09:55'), failed('10:01'), failed('10:00')];
    expect(judgeBuilds(builds, policy, at('10:02'))).toEqual({
      failures: { count: 2, lastAt: at('10:01') },
      hardLimit: 'clear',
    });
  });

  it('count for nothing when they were cancelled, or when the newest worked', () => {
    expect(judgeBuilds([failed('10:00'), succeeded('10:01')], policy, at('10:02'))).toEqual({ hardLimit: 'clear' });
    expect(judgeBuilds([failed('10:00'), cancelled('10:01')], policy, at('10:02'))).toEqual({
      failures: { count: 1, lastAt: at('10:00') },
      hardLimit: 'clear',
    });
    expect(judgeBuilds([cancelled('10:01')], policy, at('10:02'))).toEqual({ hardLimit: 'clear' });
  });

  const three = [failed('10:00'), failed('10:01'), failed('10:02')];

  it('stop the pool when as many as the limit failed', () => {
    const failures = { count: 3, lastAt: at('10:02') };
    expect(judgeBuilds(three, policy, at('11:02'))).toEqual({ failures, hardLimit: 'limited' });
    expect(judgeBuilds(three, { ...policy, failureHardLimit: 0 }, at('11:02'))).toEqual({
      failures,
      hardLimit: 'clear',
    });
  });

  it('let one more be tried after the cool-down, and not another when that fails, too', () => {
    expect(judgeBuilds(three, policy, at('11:03'))).toEqual({ hardLimit: 'probe' });
    expect(judgeBuilds([...three, failed('11:04')], policy, at('11:05')).hardLimit).toBe('limited');
  });

  it('let one more be tried when somebody asks, or the spec changes', () => {
    expect(judgeBuilds(three, { ...policy, retriedAt: at('10:03') }, at('10:03'))).toEqual({ hardLimit: 'probe' });
    expect(judgeBuilds(three, { ...policy, retriedAt: at('10:01') }, at('10:03')).hardLimit).toBe('limited');
  });
});
