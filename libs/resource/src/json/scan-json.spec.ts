import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scanJson } from './scan-json.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const scan = (text: string) => scanJson(bytes(text));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('a body that can be stored', () => {
  it.each([
    '{}',
    ' { "a" : [ 1 , -2.5 , 1e3 , "x" , true , false , null ] } ',
    '"\\u00e9\\ud83d\\ude00\\n\\/"',
    '{"é":"😀"}',
    '[9007199254740991,-9007199254740991,0,-0,1e300,0.1]',
    nested(256),
    '{"a":{"b":1},"b":{"a":1}}',
    '{"proto":1,"_proto_":2,"__proto":3}',
  ])('%s is accepted', (text) => {
    expect(scan(text)).toEqual({ ok: true, duplicates: [] });
  });
});

describe('a body that is not JSON', () => {
  it.each([
    ['', 'unexpected end of JSON input', 0],
    ['{"a":1', 'unexpected end of JSON input', 6],
    ['"abc', 'unexpected end of JSON input', 4],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string", 1],
    ['{"a" 1}', "invalid character '1' after object key", 5],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`, 7],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string", 7],
    ['[1 2]', "invalid character '2' after array element", 3],
    ['[1,]', "invalid character ']' looking for beginning of value", 3],
    ['{} x', "invalid character 'x' after top-level value", 3],
    ['nul', 'unexpected end of JSON input', 3],
    ['nulx', "invalid character 'x' in literal null (expecting 'l')", 3],
    ['01', "invalid character '1' after top-level value", 1],
    ['-', 'unexpected end of JSON input', 1],
    ['1.x', "invalid character 'x' after decimal point in numeric literal", 2],
    ['1ex', "invalid character 'x' in exponent of numeric literal", 2],
    ['"\\x"', "invalid character 'x' in string escape code", 2],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape", 5],
    ['"a\nb"', "invalid character '\\x0a' in string literal", 2],
    ["'a'", "invalid character '\\'' looking for beginning of value", 0],
  ])('%j is refused as malformed', (text, problem, offset) => {
    expect(scan(text)).toMatchObject({ ok: false, kind: 'malformed', problem, offset });
  });

  it('the line of the problem is told', () => {
    expect(scan('{\n  "a": 1,\n  b\n}')).toMatchObject({ ok: false, line: 3, offset: 14 });
  });

  it('whatever JSON.parse refuses is refused, and nothing else as malformed', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', '"', '{', '}', ',', ':', '\\', '1', 'e', '-', ' '))
      .map(([text, at, noise]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + noise + text.slice(cut + (at % 2));
      });
    fc.assert(
      fc.property(broken, (text) => {
        const result = scan(text);
        if (result.ok) expect(parses(text)).toBe(true);
        else if (result.kind === 'malformed') expect(parses(text)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a body that would be lost, changed or dangerous', () => {
  it.each([
    ['{"spec":{"n":9007199254740992}}', 'unsafeInteger', 'spec.n'],
    ['{"spec":{"n":-9007199254740993}}', 'unsafeInteger', 'spec.n'],
    ['{"spec":{"n":[1,90071992547409930]}}', 'unsafeInteger', 'spec.n[1]'],
    ['{"n":1e20}', 'unsafeInteger', 'n'],
    ['{"n":1e309}', 'numberOverflow', 'n'],
    ['{"n":-1e999}', 'numberOverflow', 'n'],
    [`{"n":${'9'.repeat(400)}}`, 'numberOverflow', 'n'],
    ['{"a":{"b":"x\\u0000y"}}', 'nullCharacter', 'a.b'],
    ['{"a":["\\ud800"]}', 'loneSurrogate', 'a[0]'],
    ['{"a":"\\udc00\\ud800"}', 'loneSurrogate', 'a'],
    ['{"a":"\\ud800\\u0041"}', 'loneSurrogate', 'a'],
    ['{"a":{"__proto__":{}}}', 'forbiddenKey', 'a.__proto__'],
    ['{"\\u005f_proto__":{}}', 'forbiddenKey', '\\u005f_proto__'.replace('\\u005f', '_')],
    [`{"a":${nested(256)}}`, 'tooDeep', `a${'[0]'.repeat(255)}`],
  ])('%s is refused', (text, kind, path) => {
    expect(scan(text)).toMatchObject({ ok: false, kind, path });
  });

  it.each([
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code point beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['a lone continuation', [0x80]],
  ])('%s is not UTF-8', (_name, sequence) => {
    const body = Buffer.from([0x22, ...sequence, 0x22]);
    expect(scanJson(body)).toMatchObject({ ok: false, kind: 'invalidUtf8', offset: 1 });
  });
});

describe('keys that stand twice', () => {
  it.each([
    ['{"a":1,"a":2}', ['a']],
    ['{"spec":{"size":1,"color":2,"size":3,"size":4}}', ['spec.size']],
    ['{"items":[{"x":1},{"x":1,"x":2}]}', ['items[1].x']],
    ['{"a":1,"\\u0061":2}', ['a']],
    ['{"é":1,"\\u00e9":2}', ['é']],
    ['{"a":{"b":1,"b":1},"a":2}', ['a.b', 'a']],
  ])('%s: %j', (text, duplicates) => {
    expect(scan(text)).toEqual({ ok: true, duplicates });
  });

  it('are found in objects of any size, whatever their spelling', () => {
    const keys = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(keys, fc.nat(), (names, pick) => {
        const usable = names.filter((name) => !name.includes('\0') && name !== '__proto__');
        fc.pre(usable.length > 0);
        const twice = usable[pick % usable.length] ?? '';
        const members = [...usable, twice].map((name) => `${JSON.stringify(name)}:0`);
        expect(scan(`{${members.join()}}`)).toEqual({ ok: true, duplicates: [twice] });
        expect(scan(`{${members.slice(0, -1).join()}}`)).toEqual({ ok: true, duplicates: [] });
      }),
    );
  });

  it('a hundred thousand of them take no long time', () => {
    const members = Array.from({ length: 100_000 }, (_, i) => `"key${i % 50_000}":0`);
    const result = scan(`{${members.join()}}`);
    expect(result.ok && result.duplicates.length).toBe(20);
  });
});

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
