/**
 * The grammar of label selectors:
 *
 *   selector     requirement ("," requirement)*, or nothing
 *   requirement  KEY | "!" KEY | KEY ("=" | "==" | "!=") VALUE | KEY ("in" | "notin") "(" VALUE ("," VALUE)* ")"
 *                | KEY (">" | "<") INTEGER
 *
 * A VALUE may be empty. Blanks may stand between any two of these.
 */
import { labelValue, qualifiedName } from '../names/grammar.js';
import type { NameRule } from '../names/grammar.js';
import { nameCauses } from '../names/metadata.js';
import { causeText } from '../refusal/causes.js';
import { refuseSelector } from './selector.js';
import type { ParsedSelector, SelectorRequirement } from './selector.js';

export const parseLabelSelector = (text: string): ParsedSelector => {
  try {
    return { ok: true, requirements: new Parser(tokenize(text)).selector() };
  } catch (error) {
    if (error instanceof SelectorSyntaxError) return refuseSelector(error.message);
    throw error;
  }
};

class SelectorSyntaxError extends Error {
  override readonly name = 'SelectorSyntaxError';
}

interface Token {
  readonly type: 'word' | 'symbol' | 'end';
  readonly text: string;
}

const END: Token = { type: 'end', text: '' };

const tokenize = (text: string): Token[] =>
  [...text.matchAll(/[ \t\r\n]+|([=!]=|[=!(),<>])|([^ \t\r\n=!(),<>]+)/g)].flatMap(([, symbol, word]): Token[] => {
    if (symbol !== undefined) return [{ type: 'symbol', text: symbol }];
    return word === undefined ? [] : [{ type: 'word', text: word }];
  });

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  selector(): readonly SelectorRequirement[] {
    const requirements: SelectorRequirement[] = [];
    if (this.next().type === 'end') return requirements;
    if (this.next().type !== 'word' && !this.isNext('!')) this.fail(`!, identifier, or 'end of string'`);
    for (;;) {
      requirements.push(this.requirement());
      if (this.next().type === 'end') return requirements;
      if (!this.take(',')) this.fail(`',' or 'end of string'`);
      if (this.next().type !== 'word' && !this.isNext('!')) this.fail(`identifier after ','`);
    }
  }

  private requirement(): SelectorRequirement {
    const absent = this.take('!');
    const key = this.key();
    if (absent) return { key, operator: 'DoesNotExist', values: [] };
    if (this.next().type === 'end' || this.isNext(',')) return { key, operator: 'Exists', values: [] };
    const operator = this.next();
    switch (operator.text) {
      case '=':
      case '==':
        this.at += 1;
        return { key, operator: 'In', values: [this.value(key, 0)] };
      case '!=':
        this.at += 1;
        return { key, operator: 'NotIn', values: [this.value(key, 0)] };
      case 'in':
      case 'notin':
        this.at += 1;
        return { key, operator: operator.text === 'in' ? 'In' : 'NotIn', values: this.values(key, operator.text) };
      case '>':
      case '<':
        this.at += 1;
        return { key, operator: operator.text === '>' ? 'GreaterThan' : 'LessThan', values: [this.integer(key)] };
      default:
        return this.fail('in, notin, =, ==, !=, gt, lt', 'unable to parse requirement: ');
    }
  }

  private key(): string {
    const token = this.next();
    if (token.type !== 'word') this.fail('identifier', 'unable to parse requirement: ');
    this.at += 1;
    return checked('key', token.text, qualifiedName);
  }

  private value(key: string, index: number): string {
    const token = this.next();
    if (token.type === 'word') this.at += 1;
    else if (token.type !== 'end' && !this.isNext(',') && !this.isNext(')')) {
      this.fail('identifier', 'unable to parse requirement: ');
    }
    return checked(`values[${index}][${key}]`, token.type === 'word' ? token.text : '', labelValue);
  }

  private values(key: string, operator: string): readonly string[] {
    if (!this.take('(')) this.fail(`'('`, 'unable to parse requirement: ');
    if (this.take(')')) {
      throw new SelectorSyntaxError(
        `unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty`,
      );
    }
    const values = new Set<string>();
    for (let index = 0; ; index++) {
      values.add(this.value(key, index));
      if (this.take(')')) return [...values];
      if (!this.take(',')) this.fail(`',' or ')'`, `unable to parse requirement: values of '${operator}': `);
    }
  }

  private integer(key: string): string {
    const value = this.value(key, 0);
    if (/^[0-9]{1,18}$/.test(value)) return value;
    throw new SelectorSyntaxError(
      `unable to parse requirement: values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  }

  private next(): Token {
    return this.tokens[this.at] ?? END;
  }

  private isNext(symbol: string): boolean {
    const { type, text } = this.next();
    return type === 'symbol' && text === symbol;
  }

  private take(symbol: string): boolean {
    if (!this.isNext(symbol)) return false;
    this.at += 1;
    return true;
  }

  private fail(expected: string, prefix = ''): never {
    throw new SelectorSyntaxError(`${prefix}found '${this.next().text}', expected: ${expected}`);
  }
}

const checked = (field: string, text: string, rule: NameRule): string => {
  const [first] = nameCauses(field, text, rule);
  if (first !== undefined) throw new SelectorSyntaxError(`unable to parse requirement: ${causeText(first)}`);
  return text;
};
