import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  annotationKey,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  pathSegment,
  qualifiedName,
} from './grammar.js';
import type { NameRule } from './grammar.js';

const rules: Readonly<Record<string, NameRule>> = {
  'DNS-1123 subdomain': dns1123Subdomain,
  'DNS-1123 label': dns1123Label,
  'DNS-1035 label': dns1035Label,
  'label value': labelValue,
  'qualified name': qualifiedName,
  'annotation key': annotationKey,
  'path segment': pathSegment,
};

const long = (length: number): string => 'a'.repeat(length);

describe.each<[rule: string, good: readonly string[], bad: readonly string[]]>([
  [
    'DNS-1123 subdomain',
    ['a', '0', 'rack-01', 'a.b.c', 'racks.inventory.holdfast.dev', long(253), `${long(63)}.${long(100)}`],
    ['', 'A', '-a', 'a-', '.a', 'a.', 'a..b', 'a_b', 'a b', 'ä', 'a\n', long(254)],
  ],
  ['DNS-1123 label', ['a', '0a', 'my-name', long(63)], ['', 'a.b', 'A', '-', 'a-', long(64)]],
  ['DNS-1035 label', ['a', 'racks', 'a-1', long(63)], ['', '0a', 'a.b', 'Racks', 'a-', long(64)]],
  ['label value', ['', 'a', 'A.b_c-d', '12345', long(63)], ['-a', 'a-', 'a b', 'a/b', 'ä', long(64)]],
  [
    'qualified name',
    ['app', 'App', 'a.b/c', 'app.kubernetes.io/name', `${long(253)}/${long(63)}`],
    ['', '/a', 'a/', 'a/b/c', 'A.b/c', '-a', 'a b', long(64), `${long(254)}/a`, `a/${long(64)}`],
  ],
  ['annotation key', ['app', 'Example.COM/Name'], ['', 'a/b/c', '/a', 'a b']],
  ['path segment', ['a', 'system:admin', '...', 'A_b'], ['.', '..', 'a/b', 'a%2f']],
])('a %s', (name, good, bad) => {
  const rule = rules[name] ?? pathSegment;

  it.each(good)('%j is good', (text) => {
    expect(rule(text)).toEqual([]);
  });

  it.each(bad)('%j is bad', (text) => {
    expect(rule(text)).not.toEqual([]);
  });
});

describe('complaints are those of Kubernetes', () => {
  it.each<[NameRule, string, readonly string[]]>([
    [
      dns1123Subdomain,
      'X',
      [
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    [dns1123Subdomain, long(254), ['must be no more than 253 characters']],
    [
      dns1123Label,
      'a.b',
      [
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
    ],
    [
      qualifiedName,
      'a/b/c',
      [
        "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ],
    ],
    [qualifiedName, `a/${long(64)}`, ['name part must be no more than 63 characters']],
    [pathSegment, '..', ["may not be '..'"]],
    [pathSegment, 'a/b%', ["may not contain '/'", "may not contain '%'"]],
  ])('%p %j', (rule, text, complaints) => {
    expect(rule(text)).toEqual(complaints);
  });
});

it('no text makes a rule slow', () => {
  const started = performance.now();
  for (const rule of Object.values(rules)) rule(`${'a-'.repeat(500_000)}!`);
  expect(performance.now() - started).toBeLessThan(5000);
});

it('a subdomain is labels joined by dots', () => {
  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/);
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 6 }), (labels) => {
      expect(labels.flatMap(dns1123Label)).toEqual([]);
      expect(dns1123Subdomain(labels.join('.'))).toEqual([]);
    }),
  );
});
