import { describe, expect, it } from '@jest/globals';

import { backingOffAt, judgeBuilds } from './back-off.js';
import type { EndedBuild } from './back-off.js';
import { seconds } from './instant.js';
import { at } from './pools.fixtures.js';

const failed = (clock: string): EndedBuild => ({
  endedAt: at(clock),
  outcome: 'failed',
  workspace: `built-${clock}`,
  message: 'npm ended with 1',
});
const failures = (count: number, clock: string) => ({
  count,
  lastAt: at(clock),
  last: { workspace: `built-${clock}`, message: 'npm ended with 1' },
});
const succeeded = (clock: string): EndedBuild => ({ endedAt: at(clock), outcome: 'succeeded' });
const cancelled = (clock: string): EndedBuild => ({ endedAt: at(clock), outcome: 'cancelled' });
const policy = { failureHardLimit: 3, probeCoolDown: seconds(3_600) };

describe('back-off', () => {
  it('lasts one interval longer with each failure, its last instant included', () => {
    const three = failures(3, '10:00');
    expect(backingOffAt(three, seconds(60), at('10:03'))).toBe(at('10:03'));
    expect(backingOffAt(three, seconds(60), at('10:03') + 1n)).toBeUndefined();
  });
});

describe('the builds of a pool', () => {
  it('that failed since the last that worked are counted, and the last of them is told', () => {
    const builds = [failed('09:50'), succeeded('09:55'), failed('10:01'), failed('10:00')];
    expect(judgeBuilds(builds, policy, at('10:02'))).toEqual({
      workedAt: at('09:55'),
      failures: failures(2, '10:01'),
      hardLimit: 'clear',
    });
  });

  it('count for nothing when they were cancelled, or when the newest worked', () => {
    expect(judgeBuilds([failed('10:00'), succeeded('10:01')], policy, at('10:02'))).toEqual({
      workedAt: at('10:01'),
      hardLimit: 'clear',
    });
    expect(judgeBuilds([failed('10:00'), cancelled('10:01')], policy, at('10:02'))).toEqual({
      failures: failures(1, '10:00'),
      hardLimit: 'clear',
    });
    expect(judgeBuilds([cancelled('10:01')], policy, at('10:02'))).toEqual({ hardLimit: 'clear' });
  });

  const three = [failed('10:00'), failed('10:01'), failed('10:02')];
  const known = failures(3, '10:02');

  it('stop the pool when as many as the limit failed, and tell when one is tried all the same', () => {
    expect(judgeBuilds(three, policy, at('11:02'))).toEqual({
      failures: { ...known, probeAfter: at('11:02') },
      hardLimit: 'limited',
    });
    expect(judgeBuilds(three, { ...policy, failureHardLimit: 0 }, at('11:02'))).toEqual({
      failures: known,
      hardLimit: 'clear',
    });
  });

  it('let one more be tried after the cool-down, and not another when that fails, too', () => {
    expect(judgeBuilds(three, policy, at('11:03'))).toEqual({
      failures: { ...known, excused: true },
      hardLimit: 'probe',
    });
    expect(judgeBuilds([...three, failed('11:04')], policy, at('11:05')).hardLimit).toBe('limited');
  });

  const counted = { count: 3, lastAt: at('10:02'), workspace: 'built-10:02', message: 'npm ended with 1' };

  it.each<[string, readonly EndedBuild[], object | undefined]>([
    ['nothing is left of', [], known],
    ['can all still be seen', three, known],
    ['can be seen in part', [failed('10:01')], known],
    ['another joined since', [failed('10:02'), failed('10:04')], failures(4, '10:04')],
    [
      'another joined late, of the same instant',
      [...three, { ...failed('10:02'), workspace: 'a' } as EndedBuild],
      failures(4, '10:02'),
    ],
    ['were cancelled since', [cancelled('10:03')], known],
    ['one worked after', [...three, succeeded('10:03')], undefined],
    ['one worked before', [succeeded('10:01')], known],
    ['one failed after one that worked', [succeeded('10:03'), failed('10:04')], failures(1, '10:04')],
  ])('are counted once when they were counted before and %s', (_what, builds, expected) => {
    const judged = judgeBuilds(builds, { ...policy, failureHardLimit: 0, counted }, at('10:05'));
    expect(judged.failures).toEqual(expected);
  });

  it('are none any more once a build worked, also when what it built is gone', () => {
    const judged = judgeBuilds(three, { ...policy, counted, workedAt: at('10:03') }, at('10:05'));
    expect(judged).toEqual({ workedAt: at('10:03'), hardLimit: 'clear' });
    const again = judgeBuilds([...three, failed('10:04')], { ...policy, workedAt: at('10:03') }, at('10:05'));
    expect(again.failures).toEqual(failures(1, '10:04'));
  });

  it('stay over the limit, and are excused, when nothing is left to see of them', () => {
    const judged = (clock: string, retriedAt = at('09:00')) =>
      judgeBuilds([], { ...policy, counted, retriedAt }, at(clock)).hardLimit;
    expect([judged('11:02'), judged('11:03'), judged('10:05', at('10:04'))]).toEqual(['limited', 'probe', 'probe']);
  });

  it('let one more be tried when somebody asks, or the spec changes', () => {
    const retried = (clock: string) => judgeBuilds(three, { ...policy, retriedAt: at(clock) }, at('10:03'));
    expect(retried('10:03')).toEqual({ failures: { ...known, excused: true }, hardLimit: 'probe' });
    expect(retried('10:01').hardLimit).toBe('limited');
  });

  it('that nothing waits for any more are told all the same', () => {
    const judged = judgeBuilds([failed('10:00')], { ...policy, retriedAt: at('10:01') }, at('10:01'));
    expect(judged).toEqual({ failures: { ...failures(1, '10:00'), excused: true }, hardLimit: 'clear' });
    expect(backingOffAt(judged.failures, seconds(600), at('10:01'))).toBeUndefined();
  });
});
