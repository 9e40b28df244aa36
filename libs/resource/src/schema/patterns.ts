/**
 * Regular expressions of schemas, in RE2's syntax: matching takes time linear in the text, whatever the pattern.
 * Linear can still be long (a text of a megabyte, a pattern of thousands of states), so the work is counted too.
 */
import { RE2JS, RE2JSException } from 're2js';
import type { WorkBudget } from './work-budget.js';

const MAX_PATTERN_LENGTH = 1024;
/** States of one compiled pattern. */
const MAX_PATTERN_STATES = 2500;
/** States of all patterns of a schema together. */
const MAX_SCHEMA_PATTERN_STATES = 50_000;

/** Finds what is wrong with the patterns of one schema, keeping count of their size. */
export class PatternCheck {
  private states = 0;

  /** Why a pattern cannot be used; undefined when it can. */
  problemOf(source: string): string | undefined {
    if (source.length > MAX_PATTERN_LENGTH) return `may not be longer than ${MAX_PATTERN_LENGTH} characters`;
    if (this.states > MAX_SCHEMA_PATTERN_STATES) return 'the patterns of the schema are too large together';
    try {
      const states = RE2JS.compile(source).programSize();
      this.states += states;
      if (states <= MAX_PATTERN_STATES) return undefined;
      return `is too large: it has ${states} states, at most ${MAX_PATTERN_STATES} are allowed`;
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      return `must be a valid regular expression, but isn't: ${error.message}`;
    }
  }
}

export interface Pattern {
  test(text: string): boolean;
  toString(): string;
}

/** A pattern that is compiled with its first text, and whose work is counted. */
export const countedPattern = (source: string, budget: WorkBudget): Pattern => {
  let compiled: RE2JS | undefined;
  return {
    test: (text) => {
      compiled ??= RE2JS.compile(source);
      budget.spend(compiled.programSize() * (text.length + 1));
      return compiled.test(text);
    },
    // Ajv tells patterns apart by their text.
    toString: () => source,
  };
};
