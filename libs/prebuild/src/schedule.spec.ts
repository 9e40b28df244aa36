import { describe, expect, it } from '@jest/globals';

import { formatInstant } from './instant.js';
import { time } from './pools.fixtures.js';
import { nextScheduleEdge, readScheduling, scheduleAt, schedulingProblems } from './schedule.js';
import type { Schedule } from './schedule.js';

const scheduling = (timezone: string, ...crons: string[]) => ({
  timezone,
  schedules: crons.map((cron, i): Schedule => ({ cron, instances: i + 1 })),
});
/** 1 for the first expression, 2 for the second, undefined outside of all. */
const holding = (timezone: string, crons: readonly string[], now: string): number | undefined =>
  scheduleAt(readScheduling(scheduling(timezone, ...crons)), time(now))?.instances;

describe('a schedule by itself', () => {
  it.each([
    ['* */6 * * *', '2025-06-02T12:30:00Z', 1],
    ['* */6 * * *', '2025-06-02T13:30:00Z', undefined],
    ['* 8-18/5 * * *', '2025-06-02T18:00:00Z', 1],
    ['* 20/2 * * *', '2025-06-02T22:00:00Z', 1],
    ['* 20/2 * * *', '2025-06-02T23:00:00Z', undefined],
    ['* * * JUN Mon-Fri', '2025-06-02T00:00:00Z', 1],
    ['* * * jan,mar *', '2025-06-02T00:00:00Z', undefined],
    // Both day fields restricted: either is enough. A step is a restriction, `*` is none.
    ['* * 13 * 1', '2025-06-02T00:00:00Z', 1],
    ['* * 2 * 5', '2025-06-02T00:00:00Z', 1],
    ['* * 13 * *', '2025-06-02T00:00:00Z', undefined],
    ['* * */2 * 1', '2025-06-02T00:00:00Z', 1],
  ])('%s at %s: %j', (cron, now, expected) => {
    expect(holding('UTC', [cron], now)).toBe(expected);
  });

  it.each([
    ['0 9 * * *', 'minute "0" is not "*": a schedule holds for whole hours'],
    ['*/2 9 * * *', 'minute "*/2" is not "*": a schedule holds for whole hours'],
    ['* 9 * *', 'it has 4 fields instead of 5 (minute, hour, day of month, month, day of week)'],
    ['* 24 * * *', 'hour "24" is not made of numbers, names, lists, ranges, steps and "*" within 0 to 23'],
    ['* 18-9 * * *', 'hour "18-9" is not made of numbers, names, lists, ranges, steps and "*" within 0 to 23'],
    ['* 9 0 * *', 'day of month "0" is not made of numbers, names, lists, ranges, steps and "*" within 1 to 31'],
    [
      '* 9 * foo *',
      'month "foo" is not made of numbers, names, lists, ranges, steps and "*" within 1 to 12 or jan to dec',
    ],
    [
      '* 9 * * 7',
      'day of week "7" is not made of numbers, names, lists, ranges, steps and "*" within 0 to 6 or sun to sat',
    ],
    ['* 1/0 * * *', 'hour "1/0" is not made of numbers, names, lists, ranges, steps and "*" within 0 to 23'],
    ['* 1,,2 * * *', 'hour "1,,2" is not made of numbers, names, lists, ranges, steps and "*" within 0 to 23'],
  ])('%s is skipped: %s', (cron, message) => {
    const problem = { field: 'schedules[0].cron', value: cron, message };
    expect(readScheduling(scheduling('UTC', cron))).toMatchObject({
      status: 'followed',
      entries: [],
      skipped: [problem],
    });
    expect(schedulingProblems(scheduling('UTC', cron))).toEqual([problem]);
  });
});

describe('a time zone', () => {
  it.each(['', 'Mars/Olympus', '+02:00', ' UTC'])('%j is none: no schedule is followed', (timezone) => {
    expect(readScheduling(scheduling(timezone, '* * * * *'))).toEqual({
      status: 'off',
      problems: [
        {
          field: 'timezone',
          value: timezone,
          message: `"${timezone}" is no time zone; expected a name of the IANA database, such as Europe/Berlin or UTC`,
        },
      ],
    });
  });

  it('does not matter without schedules', () => {
    expect(readScheduling(scheduling(''))).toEqual({ status: 'none' });
  });
});

describe('schedules side by side', () => {
  it.each([
    ['* 9-18 * * 1-5', '* 12 * * 5', '"* 12 * * 5" overlaps "* 9-18 * * 1-5" of schedules[0]'],
    ['* 9 1-15 * 1', '* 9 10 * 2', '"* 9 10 * 2" overlaps "* 9 1-15 * 1" of schedules[0]'],
    ['* 9 * * 1', '* 9 10 * *', '"* 9 10 * *" overlaps "* 9 * * 1" of schedules[0]'],
    [
      '* 9 * * 1',
      '* */2 * 2 5',
      'hour "*/2" is not made of numbers, lists, ranges and "*" within 0 to 23, so it cannot be compared with the other schedules',
    ],
    [
      '* 9 * 1 *',
      '* 10 * feb *',
      'month "feb" is not made of numbers, lists, ranges and "*" within 1 to 12, so it cannot be compared with the other schedules',
    ],
  ])('%s and %s: none is followed', (first, second, message) => {
    const problem = { field: 'schedules[1].cron', value: second, message };
    expect(readScheduling(scheduling('UTC', first, second))).toEqual({ status: 'off', problems: [problem] });
  });

  it.each([
    ['* 9-11 * * *', '* 12-14 * * *'],
    ['* 9 * 1-6 *', '* 9 * 7-12 *'],
    ['* 9 1-15 * *', '* 9 16-31 * *'],
    ['* 9 * * 1', '* 9 10 * 2'],
  ])('%s and %s are told apart', (first, second) => {
    expect(readScheduling(scheduling('UTC', first, second)).status).toBe('followed');
  });

  it('follow one another when only the minute of one cannot be used', () => {
    const crons = ['0 9 * * *', '* 10 * * *'];
    expect(holding('UTC', crons, '2025-06-02T09:00:00Z')).toBeUndefined();
    expect(holding('UTC', crons, '2025-06-02T10:00:00Z')).toBe(2);
  });
});

describe('when clocks are put forward', () => {
  // Berlin, 30 March 2025: 02:00 to 02:59 do not exist.
  it('the hour that is skipped is never held', () => {
    const hours = ['2025-03-30T00:30:00Z', '2025-03-30T01:00:00Z'];
    expect(hours.map((now) => holding('Europe/Berlin', ['* 2 * * *'], now))).toEqual([undefined, undefined]);
    expect(holding('Europe/Berlin', ['* 3 * * *'], '2025-03-30T01:00:00Z')).toBe(1);
  });

  it('the next edge is where the skipped hour would have begun', () => {
    const table = readScheduling(scheduling('Europe/Berlin', '* 0-2 * * *'));
    expect(edge(table, '2025-03-30T00:10:00Z')).toBe('2025-03-30T01:00:00Z');
  });
});

describe('when clocks are put back', () => {
  // New York, 2 November 2025: 01:00 to 01:59 comes twice, at 05:00 and 06:00 UTC.
  it('the hour that is repeated is held twice', () => {
    const hours = ['04:59:59', '05:00:00', '06:59:59', '07:00:00'].map((clock) => `2025-11-02T${clock}Z`);
    const held = hours.map((now) => holding('America/New_York', ['* 1 * * *'], now));
    expect(held).toEqual([undefined, 1, 1, undefined]);
  });

  it('the next edge comes after both', () => {
    const table = readScheduling(scheduling('America/New_York', '* 1 * * *'));
    expect(edge(table, '2025-11-02T05:10:00Z')).toBe('2025-11-02T07:00:00Z');
  });
});

const edge = (table: ReturnType<typeof readScheduling>, now: string): string | undefined => {
  const next = nextScheduleEdge(table, time(now));
  return next === undefined ? undefined : formatInstant(next);
};

describe('the next edge', () => {
  const office = readScheduling(scheduling('UTC', '* 9-18 * * 1-5'));

  it.each([
    ['2025-06-02T08:59:59.999999999Z', '2025-06-02T09:00:00Z'],
    ['2025-06-02T09:00:00Z', '2025-06-02T19:00:00Z'],
    ['2025-06-06T19:00:00Z', '2025-06-09T09:00:00Z'],
  ])('after %s is %s', (now, next) => {
    expect(edge(office, now)).toBe(next);
  });

  it('is where one schedule follows the other, too', () => {
    const table = readScheduling(scheduling('Asia/Kathmandu', '* 9-11 * * *', '* 12-14 * * *'));
    expect(edge(table, '2025-06-02T04:00:00Z')).toBe('2025-06-02T06:15:00Z');
  });

  it('in the middle of an hour is found, when half an hour is skipped', () => {
    // Lord Howe Island, 5 October 2025: at 02:00 clocks show 02:30.
    const table = readScheduling(scheduling('Australia/Lord_Howe', '* 2 * * *'));
    expect(edge(table, '2025-10-04T15:00:00Z')).toBe('2025-10-04T15:30:00Z');
    expect(edge(table, '2025-10-04T15:30:00Z')).toBe('2025-10-04T16:00:00Z');
  });

  it('is the same whether it was asked for before, or not', () => {
    const december = readScheduling(scheduling('UTC', '* 9 * 12 *'));
    const days = ['2025-11-20', '2025-11-22', '2025-11-24', '2025-11-28', '2025-11-21', '2025-12-01'];
    const edges = days.map((day) => edge(december, `${day}T12:00:00Z`));
    expect(edges).toEqual(days.map((day) => edge(readScheduling(scheduling('UTC', '* 9 * 12 *')), `${day}T12:00:00Z`)));
    expect(edges).toEqual([
      undefined,
      undefined,
      '2025-12-01T09:00:00Z',
      '2025-12-01T09:00:00Z',
      undefined,
      '2025-12-02T09:00:00Z',
    ]);
  });

  it('is not looked for beyond eight days', () => {
    expect(edge(readScheduling(scheduling('UTC', '* 9 * 12 *')), '2025-06-02T00:00:00Z')).toBeUndefined();
  });
});
