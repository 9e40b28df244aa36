import { describe, expect, it } from '@jest/globals';
import type { FieldValidation } from '@holdfast/contracts';
import { decodeJson } from './decode-json.js';

const decode = (text: string, fieldValidation: FieldValidation = 'Strict') =>
  decodeJson(Buffer.from(text), fieldValidation);

const refusal = (text: string) => {
  const decoded = decode(text);
  return decoded.ok ? undefined : decoded.refusal;
};

describe('decoding a body', () => {
  const twice = '{"spec":{"size":1,"size":2,"color":"a","color":"b"}}';

  it('under Strict a key that stands twice is refused', () => {
    expect(refusal(twice)).toEqual({
      reason: 'BadRequest',
      message: 'strict decoding error: duplicate field "spec.size", duplicate field "spec.color"',
    });
  });

  it('under Warn the last one wins, with a warning', () => {
    expect(decode(twice, 'Warn')).toEqual({
      ok: true,
      value: { spec: { size: 2, color: 'b' } },
      warnings: ['duplicate field "spec.size"', 'duplicate field "spec.color"'],
    });
  });

  it('under Ignore the last one wins, silently', () => {
    expect(decode(twice, 'Ignore')).toEqual({ ok: true, value: { spec: { size: 2, color: 'b' } }, warnings: [] });
  });

  it('what cannot be stored is refused under Ignore too', () => {
    expect(decode('{"a":9007199254740993}', 'Ignore')).toEqual({
      ok: false,
      refusal: {
        reason: 'BadRequest',
        message: 'a: the integer 9007199254740993 is beyond ±9007199254740991 (line 1, offset 5)',
      },
    });
  });

  it('malformed JSON is refused with its place', () => {
    expect(refusal('{"a":\n}')?.message).toBe(
      "couldn't get version/kind; json parse error: invalid character '}' looking for beginning of value (line 2, offset 6)",
    );
  });

  it('a JSON patch is an array and may be decoded as such', () => {
    expect(decodeJson(Buffer.from('[{"op":"remove","path":"/a"}]'), 'Strict')).toMatchObject({ ok: true });
  });
});
