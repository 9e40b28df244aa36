import { describe, expect, it } from '@jest/globals';

import { demandExpressionProblem, evaluateDemand } from './demand-expression.js';
import { countDemand, NO_DEMAND, recentDemand } from './demand.js';
import { at } from './pools.fixtures.js';

const inputs = {
  now: at('13:00'),
  timezone: 'Europe/Berlin',
  scheduled: 4,
  running: 3,
  eligible: 2,
  expired: 1,
  inProgress: { start: 1, stop: 0, delete: 0 },
  demand: { claims: { ...NO_DEMAND.claims, 30: 9, 60: 12 }, misses: { ...NO_DEMAND.misses, 30: 2 } },
};

describe('a demand expression', () => {
  it.each([
    ['scheduled + misses_30m', 6],
    ['max(scheduled, claims_30m + misses_30m)', 11],
    ['clamp(claims_60m, 2, 8)', 8],
    ['claim_rate_60m * 12.0', 3],
    ['ceil(double(claims_30m) / 2.0)', 5],
    ['double(claims_30m) / 2.0', 5],
    ['hour >= 9 && hour < 18 && weekday == 1 ? scheduled * 2 : 0', 8],
    ['running - eligible - starting - 5', 0],
  ])('%s gives %d', (expression, instances) => {
    expect(evaluateDemand(expression, inputs)).toMatchObject({ ok: true, instances });
  });

  it('reads the clocks of the zone', () => {
    expect(evaluateDemand('hour', inputs)).toMatchObject({ ok: true, instances: 15 });
    expect(evaluateDemand('hour', { ...inputs, timezone: '' })).toMatchObject({ ok: true, instances: 13 });
  });

  it('tells the values of the variables that it names, and of no others', () => {
    expect(evaluateDemand('max(scheduled, claims_60m - misses_30m)', inputs)).toEqual({
      ok: true,
      instances: 10,
      from: { scheduled: 4, claims_60m: 12, misses_30m: 2 },
    });
    expect(evaluateDemand('claim_rate_60m * 12.0', inputs)).toMatchObject({ from: { claim_rate_60m: 0.2 } });
    expect(evaluateDemand('3', inputs)).toMatchObject({ from: {} });
  });

  it.each([
    ['claims_7m', /claims_7m/],
    ['scheduled +', /./],
    ['scheduled > 3', /it gives a bool; expected a number of instances/],
    ['scheduled + 1.5', /no such overload/],
    ['[1, 2].map(x, x)[0]', /./],
    ['"a".size()', /neither a number, a variable, an operator nor a function of numbers/],
    ['size("aaa")', /"aaa"/],
    [`scheduled${' + 1'.repeat(300)}`, /characters long; 1000 are allowed/],
  ])('%s is refused beforehand', (expression, problem) => {
    expect(demandExpressionProblem(expression)).toMatch(problem);
    expect(evaluateDemand(expression, inputs)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });

  it.each([
    ['scheduled / (running - 3)', /divi/i],
    ['1.0 / (claim_rate_5m * 0.0)', /Infinity/],
  ])('%s fails when it is evaluated', (expression, problem) => {
    expect(demandExpressionProblem(expression)).toBeUndefined();
    expect(evaluateDemand(expression, inputs)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});

describe('demand', () => {
  const events = [
    { at: at('10:55'), kind: 'claim' },
    { at: at('12:30'), kind: 'claim' },
    { at: at('12:56'), kind: 'claim' },
    { at: at('12:55'), kind: 'miss' },
  ] as const;

  it('is counted in the windows that end now', () => {
    expect(countDemand(events, at('13:00'))).toEqual({
      claims: { 5: 1, 10: 1, 30: 1, 60: 2, 120: 2 },
      misses: { 5: 0, 10: 1, 30: 1, 60: 1, 120: 1 },
    });
  });

  it('is forgotten when no window can hold it', () => {
    expect(recentDemand(events, at('13:00'))).toEqual(events.slice(1));
  });
});
