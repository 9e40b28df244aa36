import { describe, expect, it } from '@jest/globals';
import { RefusalError } from '@holdfast/kernel';

import { decodeBody } from './decode-body.js';
import { decodeYaml } from './decode-yaml.js';

const decode = (body: string | Buffer, contentType = 'application/json') =>
  decodeBody({ body: Buffer.from(body), contentType }, 'Strict');
const text = (body: string | Buffer, contentType?: string) => decode(body, contentType).bytes.toString();

const refusal = (body: string | Buffer, contentType?: string) => refusalOf(() => text(body, contentType));

const refusalOf = (act: () => string) => {
  try {
    return { reason: 'none', message: act() };
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal;
    throw error;
  }
};

describe('a JSON body', () => {
  it.each(['application/json', ''])('as %j goes on byte by byte', (contentType) => {
    expect(text('{ "a": 1 }', contentType)).toBe('{ "a": 1 }');
  });

  const twice = { body: Buffer.from('{"a":1,"a":2}'), contentType: '' };

  it.each(['Strict', undefined] as const)('with a key that stands twice is refused under %s', (fieldValidation) => {
    expect(() => decodeBody(twice, fieldValidation)).toThrow('strict decoding error: duplicate field "a"');
  });

  it.each([
    ['Warn', ['duplicate field "a"']],
    ['Ignore', []],
  ] as const)('with a key that stands twice goes on with the last one under %s', (fieldValidation, warnings) => {
    const decoded = decodeBody(twice, fieldValidation);
    expect(decoded.bytes.toString()).toBe('{"a":2}');
    expect(decoded.warnings).toEqual(warnings);
  });

  it.each(['{"a":', 'a: b', '{"a":"\\u0000"}', '{"__proto__":{}}', '{"n":9007199254740993}'])(
    '%j is refused',
    (body) => {
      expect(refusal(body).reason).toBe('BadRequest');
    },
  );

  it('that is empty is refused', () => {
    expect(refusal('')).toMatchObject({ reason: 'BadRequest', message: expect.stringContaining('empty') });
  });
});

describe('a YAML body', () => {
  const yaml = (body: string) => decodeYaml(Buffer.from(body)).toString();
  const yamlRefusal = (body: string) => refusalOf(() => yaml(body));

  it('becomes JSON by the core schema', () => {
    expect(yaml('a: no\nb: 1\nc: [true, null, 1.5]\nd: 2026-01-31\n? e\n: "x"\n')).toBe(
      '{"a":"no","b":1,"c":[true,null,1.5],"d":"2026-01-31","e":"x"}',
    );
  });

  it('may be JSON', () => {
    expect(yaml('{"a": 1, b: 2}')).toBe('{"a":1,"b":2}');
  });

  it('may use anchors', () => {
    expect(yaml('a: &x {b: 1}\nc: *x\n')).toBe('{"a":{"b":1},"c":{"b":1}}');
  });

  it.each([
    ['a: 1\na: 2\n', /Map keys must be unique/],
    ['{"a": 1, "a": 2}', /Map keys must be unique/],
    ['a: [1\n', /error converting YAML/],
    ['a: b: c\n', /error converting YAML/],
    ['a: 1\n---\nb: 2\n', /2 documents/],
    ['', /empty/],
    ['a: 9007199254740993\n', /beyond/],
    ['a: .inf\n', /no number in JSON/],
    ['a: *missing\n', /error converting YAML/],
    [bomb(), /error converting YAML/],
    ['['.repeat(1_000), /error converting YAML/],
  ])('%.40j is refused', (body, message) => {
    expect(yamlRefusal(body).message).toMatch(message);
    expect(yamlRefusal(body).reason).toBe('BadRequest');
  });

  it('beyond 1 MiB is refused with the limit', () => {
    expect(yamlRefusal(`a: ${'x'.repeat(1024 * 1024)}`)).toMatchObject({
      reason: 'RequestEntityTooLarge',
      message: expect.stringContaining('1048576'),
    });
  });
});

describe('other bodies', () => {
  it('of typed clients are read', () => {
    const namespace =
      '6b3873000a0f0a02763112094e616d657370616365121c0a140a0473686f7012001a0022002a0032003800420012001a020a001a002200';
    expect(text(Buffer.from(namespace, 'hex'), 'application/vnd.kubernetes.protobuf')).toBe(
      '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}',
    );
    expect(refusal('k8s', 'application/vnd.kubernetes.protobuf').reason).toBe('BadRequest');
  });

  it.each(['text/plain', 'application/cbor', 'application/merge-patch+json'])('%s is refused', (contentType) => {
    expect(refusal('{}', contentType)).toMatchObject({
      reason: 'UnsupportedMediaType',
      message: expect.stringContaining('accepted media types include: application/json, application/yaml'),
    });
  });
});

function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`);
  return ['l0: &l0 lol', ...levels].join('\n');
}
