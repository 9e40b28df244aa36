import { describe, expect, it } from '@jest/globals';
import { countedPattern, PatternCheck } from './patterns.js';
import { WorkBudget, WorkBudgetError } from './work-budget.js';

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
    const budget = new WorkBudget();
    const pattern = countedPattern('^[a-z]{500}$', budget);
    const text = 'A'.repeat(10_000);
    expect(pattern.test(text)).toBe(false);
    expect(() => pattern.test(text)).toThrow(WorkBudgetError);
    budget.refill();
    expect(pattern.test(text)).toBe(false);
  });

  it('patterns are told apart', () => {
    const patterns = ['a', 'b'].map((source) => countedPattern(source, new WorkBudget()));
    expect(patterns.map((pattern) => pattern.test('b'))).toEqual([false, true]);
    expect(patterns.map(String)).toEqual(['a', 'b']);
  });
});
