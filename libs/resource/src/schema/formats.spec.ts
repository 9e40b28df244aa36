import { describe, expect, it } from '@jest/globals';
import { numberFormats, stringFormats } from './formats.js';

describe.each<[format: string, good: readonly string[], bad: readonly string[]]>([
  ['byte', ['', 'aGk=', 'aGkh'], ['a', 'aGk', 'a*==']],
  ['date', ['2024-02-29', '1999-12-31'], ['2023-02-29', '2024-13-01', '24-01-01', '2024-01-01T00:00:00Z']],
  [
    'date-time',
    ['2024-02-29T23:59:59Z', '2024-01-01t00:00:00.123456+02:00', '2016-12-31T23:59:60Z'],
    ['2024-02-30T00:00:00Z', '2024-01-01', '2024-01-01T24:00:00Z', '2024-01-01T00:00:00', 'now'],
  ],
  ['duration', ['1h30m', '0', '-1.5s', '100ms', '.5h', '2 days'], ['', '1', 'h', '1x', '1h 30m']],
  ['ipv4', ['0.0.0.0', '255.1.20.3'], ['256.0.0.1', '01.2.3.4', '1.2.3', '1.2.3.4.5', '::1']],
  [
    'ipv6',
    ['::', '::1', '1:2:3:4:5:6:7:8', 'fe80::1', '::ffff:1.2.3.4'],
    ['1', '1::2::3', '12345::', '1.2.3.4', ':1:2'],
  ],
  ['cidr', ['10.0.0.0/8', '::/0', 'fe80::/128'], ['10.0.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/08', '1.2.3.4/8/9']],
  [
    'mac',
    ['00:1a:2B:3c:4d:5e', '00-1a-2b-3c-4d-5e', '001a.2b3c.4d5e'],
    ['00:1a:2b:3c:4d', '00:1a-2b:3c:4d:5e', 'g0:1a:2b:3c:4d:5e'],
  ],
  ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567', '123e4567-e89b-12d3-a456-42661417400g']],
  ['uuid4', ['123e4567-e89b-42d3-a456-426614174000'], ['123e4567-e89b-12d3-a456-426614174000']],
  ['email', ['a@b.c', 'first.last+tag@example.com'], ['a', '@b', 'a@', 'a b@c.d', 'a@b..c']],
  ['hostname', ['a', 'a.b-c.d', 'A1'], ['', '-a', 'a..b', 'a b', 'a'.repeat(64), `${'a.'.repeat(127)}`]],
  ['uri', ['https://example.com/a?b#c', 'urn:a:b', '/path'], ['', 'example', 'http://a b']],
  ['hexcolor', ['#fff', 'A0B1C2'], ['#ffff', 'red']],
  ['k8s-short-name', ['a-b'], ['a.b']],
  ['k8s-long-name', ['a.b'], ['A']],
])('%s', (format, good, bad) => {
  const check = stringFormats[format] ?? (() => undefined);

  it.each(good)('%j is one', (text) => {
    expect(check(text)).toBe(true);
  });

  it.each(bad)('%j is none', (text) => {
    expect(check(text)).toBe(false);
  });
});

it.each([
  ['int32', 2147483647, true],
  ['int32', -2147483648, true],
  ['int32', 2147483648, false],
  ['int64', Number.MAX_SAFE_INTEGER, true],
  ['int64', 0.5, false],
])('%s: %d is one: %s', (format, value, expected) => {
  expect(numberFormats[format]?.(value)).toBe(expected);
});

it('no text makes a format slow', () => {
  const texts = ['1', '1:', 'a.', 'a@', '/', ' ', '.5', 'Aa', '1.1.'].map((part) => part.repeat(100_000));
  const started = performance.now();
  for (const check of Object.values(stringFormats)) texts.forEach((text) => check(text));
  expect(performance.now() - started).toBeLessThan(8000);
});
