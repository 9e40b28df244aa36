import { describe, expect, it } from '@jest/globals';
import { PatternBudget, PatternBudgetError, PatternCheck } from './patterns.js';

describe('a pattern', () => {
  it.each(['^[a-z]+$', '^(a+)+$', '\\p{Greek}', '(?i)abc', '^.{1,1000}$'])('%s can be used', (source) => {
    expect(new PatternCheck().problemOf(source)).toBeUndefined();
  });

  it.each([
    ['(?=a)', 'must be a valid regular expression'],
    ['(a)\\1', 'must be a valid regular expression'],
    ['[z-a]', 'must be a valid regular expression'],
    ['a{1001}', 'must be a valid regular expression'],
    ['(', 'must be a valid regular expression'],
    ['.{999}.{999}.{999}', 'is too large: it has 2999 states, at most 2500 are allowed'],
    ['a'.repeat(1025), 'may not be longer than 1024 characters'],
  ])('%s cannot be used', (source, problem) => {
    expect(new PatternCheck().problemOf(source)).toContain(problem);
  });

  it('is refused when those before it are too large together', () => {
    const check = new PatternCheck();
    const problems = Array.from({ length: 100 }, () => check.problemOf('^.{1000}$'));
    expect(problems[0]).toBeUndefined();
    expect(problems.at(-1)).toBe('the patterns of the schema are too large together');
  });
});

describe('what patterns may cost', () => {
  it('is counted per object', () => {
    const budget = new PatternBudget();
    const pattern = budget.pattern('^[a-z]{500}$');
    const text = 'A'.repeat(10_000);
    expect(pattern.test(text)).toBe(false);
    expect(() => pattern.test(text)).toThrow(PatternBudgetError);
    budget.refill();
    expect(pattern.test(text)).toBe(false);
  });

  it('patterns are told apart', () => {
    const budget = new PatternBudget();
    expect([budget.pattern('a'), budget.pattern('b')].map((pattern) => pattern.test('b'))).toEqual([false, true]);
    expect(String(budget.pattern('a'))).toBe('a');
  });
});
