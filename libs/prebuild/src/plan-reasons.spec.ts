import { describe, expect, it } from '@jest/globals';

import { seconds } from './instant.js';
import type { Instant } from './instant.js';
import { planPools } from './plan-pools.js';
import type { PoolSettings, PoolSnapshot } from './pool-snapshot.js';
import { at, poolWanting, ready } from './pools.fixtures.js';
import { reasonText } from './reason-text.js';

/** Why each pool is planned as it is, in the words that people read. */
const why = (pools: readonly PoolSnapshot[], now: Instant = at('12:00')): readonly (readonly string[])[] =>
  planPools(pools, now, { backOffInterval: seconds(60), budgets: { perTemplate: 4, system: 6 } }).map(({ reasons }) =>
    reasons.map(reasonText),
  );
const whyOne = (settings: PoolSettings, changes = {}, now?: Instant) => why([poolWanting(settings, changes)], now)[0];

describe('the number that is desired', () => {
  const scheduling = { timezone: 'Etc/UTC', schedules: [{ cron: '* 0-4 * * *', instances: 1 }] };

  it('needs no word where it is the one of the preset', () => {
    expect(whyOne({ instances: 3 })).toEqual([]);
  });

  it('is one of a schedule, until its hours end', () => {
    const night = ['the schedule "* 0-4 * * *" (Etc/UTC) asks for 1 until 2025-06-02T05:00:00Z'];
    expect(whyOne({ instances: 3, scheduling }, {}, at('02:23'))).toEqual(night);
    expect(whyOne({ instances: 3, scheduling }, {}, at('04:59'))).toEqual(night);
  });

  it('is the one of the preset until the hours of a schedule begin', () => {
    expect(whyOne({ instances: 3, scheduling }, {}, at('05:00'))).toEqual([
      'no schedule holds until 2025-06-03T00:00:00Z: instances asks for 3',
    ]);
  });

  it('is one of a schedule for good, where nothing ends its hours', () => {
    const always = { timezone: 'UTC', schedules: [{ cron: '* * * * *', instances: 2 }] };
    expect(whyOne({ instances: 3, scheduling: always })).toEqual(['the schedule "* * * * *" (UTC) asks for 2']);
  });

  it('is the value of an expression, with what it was made of, within its bounds', () => {
    const demand = {
      claims: { 5: 0, 10: 2, 30: 9, 60: 9, 120: 9 },
      misses: { 5: 0, 10: 0, 30: 3, 60: 3, 120: 3 },
    };
    const demandExpression = 'max(scheduled, claims_30m + misses_30m)';
    expect(whyOne({ instances: 3, max: 7, demandExpression }, { demand })).toContainEqual(
      'the demand expression max(scheduled, claims_30m + misses_30m) gives 12, with scheduled = 3, claims_30m = 9, misses_30m = 3',
    );
    expect(whyOne({ instances: 3, max: 7, demandExpression }, { demand })).toContainEqual(
      '12 becomes 7: max allows no more',
    );
    expect(whyOne({ instances: 0, min: 1 })).toEqual(['0 becomes 1: min allows no fewer']);
    expect(whyOne({ instances: 0, demandExpression: '5000' })).toContainEqual(
      '5000 becomes 100: an expression gets no more where there is no max',
    );
  });
});

describe('what is deleted', () => {
  it('is told with the rule that it is beyond', () => {
    const running = [ready('team/a', at('09:00')), ready('team/b', at('10:30')), ready('team/c', at('11:30'))];
    const settings = { instances: 0, ttl: seconds(3_600) };
    expect(whyOne(settings, { running, invalidatedAt: at('10:00') })).toEqual([
      'a is deleted: created before the invalidation of 2025-06-02T10:00:00Z',
      'b is deleted: older than ttlSeconds allows (3600 s)',
      'c is deleted: 1 more than the 0 desired, those not ready first, then the oldest',
    ]);
  });

  it('is named in the reason as far as that can be read', () => {
    const running = ['a', 'b', 'c', 'd', 'e'].map((id, i) => ready(id, at(`0${i + 1}:00`)));
    expect(whyOne({ instances: 0 }, { running })).toEqual([
      'a, b, c and 2 more are deleted: 5 more than the 0 desired, those not ready first, then the oldest',
    ]);
  });

  it('is nothing while the pool is paused', () => {
    const running = [ready('a', at('09:00'))];
    expect(whyOne({ instances: 0 }, { running, pausedBy: 'system' })).toEqual([
      'nothing is created or deleted: paused by the system',
    ]);
  });
});

describe('what is not created', () => {
  const last = { workspace: 'team/web-1', message: 'create ended with exit code 1\nnpm ERR!' };

  it('waits after failures: how many, the last of them, until when, and what can be done', () => {
    const failures = { count: 2, lastAt: at('11:59'), last };
    expect(whyOne({ instances: 1 }, { preset: 'team/web', failures })).toEqual([
      'the newest 2 builds failed, web-1 last: create ended with exit code 1; the next is tried after 2025-06-02T12:01:00Z, or at once with `holdfast prebuilds retry web`; `holdfast prebuilds logs web-1` shows what it printed',
    ]);
  });

  it('is all of it after too many failures, until one is tried', () => {
    const failures = { count: 3, lastAt: at('11:00'), last, probeAfter: at('12:30') };
    const stopped = whyOne({ instances: 1 }, { preset: 'team/web', failures, hardLimit: 'limited' });
    expect(stopped).toEqual([
      'hard-limited: the newest 3 builds failed, web-1 last: create ended with exit code 1; one is tried after 2025-06-02T12:30:00Z, when the spec of the preset changes, or with `holdfast prebuilds retry web`; `holdfast prebuilds logs web-1` shows what it printed',
    ]);
    const excused = { count: 3, lastAt: at('11:00'), last, excused: true };
    expect(whyOne({ instances: 1 }, { failures: excused, hardLimit: 'probe' })).toEqual([
      'hard-limited: the newest 3 builds failed, web-1 last: create ended with exit code 1; one more is tried; `holdfast prebuilds logs web-1` shows what it printed',
    ]);
  });

  it('waits for a budget, which is named with its figure', () => {
    const pool = (name: string, template: string, settings: PoolSettings) =>
      poolWanting(settings, { pool: name, preset: name, template });
    const reasons = why([
      pool('a', 'node', { instances: 3, maxConcurrentCreations: 2 }),
      pool('b', 'node', { instances: 3 }),
      pool('c', 'go', { instances: 3 }),
    ]);
    expect(reasons).toEqual([
      ['1 more waits: its preset has at most 2 starting at once (maxConcurrentCreations)'],
      ['1 more waits: a template has at most 4 starting at once'],
      ['1 more waits: the whole system has at most 6 starting at once'],
    ]);
  });

  it('is created in vain where instances expire before they are ready', () => {
    const ttl = seconds(10);
    expect(whyOne({ instances: 1, ttl }, { buildTook: seconds(12.5) })).toEqual([
      'instances expire before they are ready: the newest took 12.5 s to build, and ttlSeconds allows 10 s',
    ]);
    expect(whyOne({ instances: 1, ttl }, { buildTook: seconds(10) })).toEqual([]);
    expect(whyOne({ instances: 0, ttl }, { buildTook: seconds(12) })).toEqual([]);
  });
});

describe('a surge', () => {
  const settings: PoolSettings = { instances: 3, replacement: { strategy: 'Surge', maxSurge: 1 } };
  const old = ['a', 'b', 'c'].map((id, i) => ready(id, at(`0${i + 7}:00`)));
  const versions = (running: PoolSnapshot['running']) => [
    poolWanting(settings, { running: old, standing: { status: 'inactive', because: 'version-replaced' } }),
    poolWanting(settings, { pool: 'web@v2', running }),
  ];

  it('tells how many of the previous version it keeps and why, and what the new one waits for', () => {
    expect(why(versions([]))).toEqual([
      ['3 are kept by the surge: 0 of the 3 desired of the active version are ready'],
      ['2 more wait: the surge allows 4 of all versions together, and 3 of those before are left'],
    ]);
    expect(why(versions([ready('n', at('11:00'))]))).toEqual([
      [
        '2 are kept by the surge: 1 of the 3 desired of the active version is ready',
        'a is deleted: 1 more than the 2 desired, those not ready first, then the oldest',
      ],
      ['2 more wait: the surge allows 4 of all versions together, and 3 of those before are left'],
    ]);
  });
});
