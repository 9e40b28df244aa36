import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rackKind } from '../kind.fixtures.js';
import { fieldLabelSupported, parseFieldSelector, refuseFieldLabels } from './field-selector.js';
import { parseLabelSelector } from './label-selector.js';
import { matchesSelector } from './selector.js';
import type { SelectorOperator, SelectorRequirement } from './selector.js';

const requirement = (key: string, operator: SelectorOperator, ...values: string[]): SelectorRequirement => ({
  key,
  operator,
  values,
});

const part = (text: string, expected: SelectorRequirement) => ({ text, expected });

describe('a label selector', () => {
  it.each<[text: string, requirements: SelectorRequirement[]]>([
    ['', []],
    ['  ', []],
    ['app', [requirement('app', 'Exists')]],
    ['!app', [requirement('app', 'DoesNotExist')]],
    ['! app', [requirement('app', 'DoesNotExist')]],
    ['app=web', [requirement('app', 'In', 'web')]],
    ['app==web', [requirement('app', 'In', 'web')]],
    ['app = web', [requirement('app', 'In', 'web')]],
    ['app!=web', [requirement('app', 'NotIn', 'web')]],
    ['app=', [requirement('app', 'In', '')]],
    ['app=,tier', [requirement('app', 'In', ''), requirement('tier', 'Exists')]],
    ['app!=', [requirement('app', 'NotIn', '')]],
    ['app in (a)', [requirement('app', 'In', 'a')]],
    ['app in(a,b)', [requirement('app', 'In', 'a', 'b')]],
    ['app in (a, b ,a)', [requirement('app', 'In', 'a', 'b')]],
    ['app in (foo,,baz)', [requirement('app', 'In', 'foo', '', 'baz')]],
    ['app in (,)', [requirement('app', 'In', '')]],
    ['app notin (a)', [requirement('app', 'NotIn', 'a')]],
    ['app in (in, notin)', [requirement('app', 'In', 'in', 'notin')]],
    ['in in (in)', [requirement('in', 'In', 'in')]],
    ['in', [requirement('in', 'Exists')]],
    ['n>1', [requirement('n', 'GreaterThan', '1')]],
    ['n < 10', [requirement('n', 'LessThan', '10')]],
    ['example.com/app=web', [requirement('example.com/app', 'In', 'web')]],
    ['\tapp\t=\tweb\t,\t!b', [requirement('app', 'In', 'web'), requirement('b', 'DoesNotExist')]],
    [
      'a,!b,c=d,e!=f,g in (h),i notin (j),k>1',
      [
        requirement('a', 'Exists'),
        requirement('b', 'DoesNotExist'),
        requirement('c', 'In', 'd'),
        requirement('e', 'NotIn', 'f'),
        requirement('g', 'In', 'h'),
        requirement('i', 'NotIn', 'j'),
        requirement('k', 'GreaterThan', '1'),
      ],
    ],
  ])('%j is understood', (text, requirements) => {
    expect(parseLabelSelector(text)).toEqual({ ok: true, requirements });
  });

  it.each([
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['a in b', "unable to parse requirement: found 'b', expected: '('"],
    ['a in (b', "unable to parse requirement: values of 'in': found '', expected: ',' or ')'"],
    ['a in (b c)', "unable to parse requirement: values of 'in': found 'c', expected: ',' or ')'"],
    [
      'a in ()',
      "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
    ],
    ['a=(b)', "unable to parse requirement: found '(', expected: identifier"],
    [
      'a>b',
      `unable to parse requirement: values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    [
      'a>',
      `unable to parse requirement: values[0]: Invalid value: "": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    ['a/b/c=d', 'unable to parse requirement: key: Invalid value: "a/b/c": a qualified name must consist of'],
    ['a=-b', 'unable to parse requirement: values[0][a]: Invalid value: "-b": a valid label must be an empty string'],
    ['a in (b,-c)', 'unable to parse requirement: values[1][a]: Invalid value: "-c": a valid label must be'],
  ])('%j is refused', (text, message) => {
    const parsed = parseLabelSelector(text);
    expect(parsed.ok ? undefined : parsed.refusal.reason).toBe('BadRequest');
    expect(parsed.ok ? undefined : parsed.refusal.message).toContain(message);
  });

  it('written out and read again is the same', () => {
    const key = fc.stringMatching(/^([a-z]{1,5}\.[a-z]{1,3}\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?$/);
    const value = fc.stringMatching(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?)?$/);
    const blank = fc.stringMatching(/^[ \t]{0,2}$/);
    const list = fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).filter((values) => values.join('') !== '');
    const one = fc.oneof(
      fc.tuple(key, blank).map(([k, b]) => part(`${b}${k}${b}`, requirement(k, 'Exists'))),
      fc.tuple(key, blank).map(([k, b]) => part(`!${b}${k}`, requirement(k, 'DoesNotExist'))),
      fc
        .tuple(key, value, blank, fc.constantFrom('=', '=='))
        .map(([k, v, b, sign]) => part(`${k}${b}${sign}${b}${v}`, requirement(k, 'In', v))),
      fc
        .tuple(key, list, blank)
        .map(([k, values, b]) =>
          part(`${k} notin${b}(${b}${values.join(`${b},${b}`)})`, requirement(k, 'NotIn', ...values)),
        ),
      fc.tuple(key, fc.nat()).map(([k, n]) => part(`${k}>${n}`, requirement(k, 'GreaterThan', String(n)))),
    );
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), (parts) => {
        expect(parseLabelSelector(parts.map(({ text }) => text).join(','))).toEqual({
          ok: true,
          requirements: parts.map(({ expected }) => expected),
        });
      }),
    );
  });

  it('any text at all is answered', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab=!(),<> in-') }), (text) => {
        expect(typeof parseLabelSelector(text).ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });
});

describe('labels match', () => {
  const labels = { app: 'web', empty: '', n: '5', text: 'x' };
  it.each([
    ['', true],
    ['app', true],
    ['!app', false],
    ['missing', false],
    ['!missing', true],
    ['app=web', true],
    ['app=db', false],
    ['app!=db', true],
    ['app!=web', false],
    ['missing!=x', true],
    ['missing=', false],
    ['empty=', true],
    ['empty', true],
    ['app in (db,web)', true],
    ['app notin (db,web)', false],
    ['missing notin (a)', true],
    ['n>4', true],
    ['n>5', false],
    ['n<6', true],
    ['n<5', false],
    ['text>1', false],
    ['missing<1', false],
    ['app=web,n>4,!missing', true],
    ['app=web,n>5', false],
    ['toString', false],
    ['!constructor', true],
  ])('%j: %s', (text, expected) => {
    const parsed = parseLabelSelector(text);
    const requirements = parsed.ok ? parsed.requirements : [];
    expect(parsed.ok).toBe(true);
    expect(matchesSelector({ labels: requirements, fields: [] }, { labels, fields: {} })).toBe(expected);
  });

  it('an object matches a selector or its opposite, never both', () => {
    const opposites = { '=': '!=', in: 'notin' } as const;
    const word = fc.constantFrom('a', 'b', 'c');
    fc.assert(
      fc.property(fc.dictionary(word, word, { maxKeys: 3 }), word, word, (given, key, value) => {
        const matching = [`${key}=${value}`, `${key}${opposites['=']}${value}`].map((text) => {
          const parsed = parseLabelSelector(text);
          return (
            parsed.ok && matchesSelector({ labels: parsed.requirements, fields: [] }, { labels: given, fields: {} })
          );
        });
        expect(matching[0]).toBe(!matching[1]);
      }),
    );
  });
});

describe('a field selector', () => {
  it.each<[text: string, requirements: SelectorRequirement[]]>([
    ['', []],
    [',', []],
    ['metadata.name=a', [requirement('metadata.name', 'In', 'a')]],
    ['metadata.name==a', [requirement('metadata.name', 'In', 'a')]],
    ['metadata.name!=a', [requirement('metadata.name', 'NotIn', 'a')]],
    ['involvedObject.namespace=', [requirement('involvedObject.namespace', 'In', '')]],
    ['a=b,c!=d', [requirement('a', 'In', 'b'), requirement('c', 'NotIn', 'd')]],
    ['a=b\\,c', [requirement('a', 'In', 'b,c')]],
    ['a=b\\=c', [requirement('a', 'In', 'b=c')]],
    ['a=b\\\\,c=d', [requirement('a', 'In', 'b\\'), requirement('c', 'In', 'd')]],
    ['a=!b', [requirement('a', 'In', '!b')]],
  ])('%j is understood', (text, requirements) => {
    expect(parseFieldSelector(text)).toEqual({ ok: true, requirements });
  });

  it.each([
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['a=b,c', "invalid selector: 'a=b,c'; can't understand 'c'"],
    ['a=b\\c', 'invalid field selector: invalid escape sequence: \\c'],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
    ['a=b=c', 'invalid field selector: unescaped character in value: ='],
  ])('%j is refused', (text, message) => {
    expect(parseFieldSelector(text)).toEqual({ ok: false, refusal: { reason: 'BadRequest', message } });
  });

  it('finds any value that was escaped', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 4 }), (values) => {
        const text = values.map((value, i) => `f${i}=${value.replace(/[\\,=]/g, '\\$&')}`).join(',');
        expect(parseFieldSelector(text)).toEqual({
          ok: true,
          requirements: values.map((value, i) => requirement(`f${i}`, 'In', value)),
        });
      }),
    );
  });

  it('a missing field is empty', () => {
    const fields = [requirement('involvedObject.namespace', 'In', '')];
    expect(matchesSelector({ labels: [], fields }, { labels: {}, fields: {} })).toBe(true);
  });
});

describe('the fields of a kind', () => {
  const kind = rackKind({}, { selectableFields: ['.spec.color'] });

  it.each([
    ['metadata.name', true],
    ['metadata.namespace', true],
    ['spec.color', true],
    ['.spec.color', false],
    ['spec.size', false],
    ['metadata.uid', false],
  ])('%s can be selected by: %s', (label, expected) => {
    expect(fieldLabelSupported(kind, 'v1', label)).toBe(expected);
  });

  it('a cluster-scoped kind has no namespace to select by', () => {
    expect(fieldLabelSupported({ ...kind, scope: 'Cluster' }, 'v1', 'metadata.namespace')).toBe(false);
  });

  it('others are refused by name', () => {
    const asked = [requirement('spec.color', 'In', 'red'), requirement('spec.size', 'In', '1')];
    expect(refuseFieldLabels(kind, 'v1', asked)).toEqual({
      reason: 'BadRequest',
      message: 'field label not supported: spec.size',
    });
    expect(refuseFieldLabels(kind, 'v1', asked.slice(0, 1))).toBeUndefined();
  });
});
