/** Strings, numbers and literals of JSON, straight from the bytes: each function returns the offset after its token. */
import { JsonProblem, unexpectedByte } from './json-problem.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_U = 0x75;

/** 1 where a string may go on without another look: printable ASCII but the quote and the backslash. */
const plain = new Uint8Array(256);
for (let byte = 0x20; byte < 0x80; byte++) plain[byte] = 1;
plain[QUOTE] = 0;
plain[BACKSLASH] = 0;

const simpleEscapes = new Set([...'"\\/bfnrt'].map((char) => char.charCodeAt(0)));

/** `offset` stands after the opening quote. */
export const afterString = (bytes: Uint8Array, offset: number): number => {
  let at = offset;
  for (;;) {
    const byte = bytes[at] ?? 0;
    if (plain[byte] === 1) at += 1;
    else if (byte === QUOTE) return at + 1;
    else if (byte === BACKSLASH) at = afterEscape(bytes, at + 1);
    else if (byte >= 0x80) at = afterMultibyte(bytes, at);
    else throw unexpectedByte(bytes, at, 'in string literal');
  }
};

const afterEscape = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at];
  if (byte !== LOWER_U) {
    if (byte === undefined || !simpleEscapes.has(byte)) throw unexpectedByte(bytes, at, 'in string escape code');
    return at + 1;
  }
  const unit = hexadecimal(bytes, at + 1);
  if (unit === 0) throw new JsonProblem('nullCharacter', 'the character U+0000 cannot be stored', at - 1);
  if (unit < 0xd800 || unit > 0xdfff) return at + 5;
  if (unit < 0xdc00 && bytes[at + 5] === BACKSLASH && bytes[at + 6] === LOWER_U) {
    const low = hexadecimal(bytes, at + 7);
    if (low >= 0xdc00 && low <= 0xdfff) return at + 11;
  }
  throw new JsonProblem('loneSurrogate', `the lone surrogate U+${hex4(unit)} is not a character`, at - 1);
};

const hex4 = (unit: number): string => unit.toString(16).toUpperCase().padStart(4, '0');

const hexadecimal = (bytes: Uint8Array, at: number): number => {
  let value = 0;
  for (let i = at; i < at + 4; i++) {
    const digit = hexDigit(bytes[i] ?? 0);
    if (digit === undefined) throw unexpectedByte(bytes, i, 'in \\u hexadecimal character escape');
    value = value * 16 + digit;
  }
  return value;
};

const hexDigit = (byte: number): number | undefined => {
  if (byte >= ZERO && byte <= NINE) return byte - ZERO;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : undefined;
};

/** Refuses what is not UTF-8: overlong forms, surrogates, code points beyond U+10FFFF, broken sequences. */
const afterMultibyte = (bytes: Uint8Array, at: number): number => {
  const lead = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  const continued = (i: number): boolean => ((bytes[at + i] ?? 0) & 0xc0) === 0x80;
  if (lead >= 0xc2 && lead <= 0xdf && continued(1)) return at + 2;
  if (lead >= 0xe0 && lead <= 0xef && continued(1) && continued(2)) {
    const overlong = lead === 0xe0 && second < 0xa0;
    const surrogate = lead === 0xed && second > 0x9f;
    if (!overlong && !surrogate) return at + 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4 && continued(1) && continued(2) && continued(3)) {
    const overlong = lead === 0xf0 && second < 0x90;
    const beyond = lead === 0xf4 && second > 0x8f;
    if (!overlong && !beyond) return at + 4;
  }
  throw new JsonProblem('invalidUtf8', `the byte 0x${lead.toString(16)} does not begin a UTF-8 character`, at);
};

/** So many digits fit a double whatever they are. */
const ALWAYS_SAFE_DIGITS = 15;
/** From here on JavaScript writes a number with an exponent, which nobody reads as an integer. */
const INTEGER_NOTATION_ENDS = 1e21;

/** Refuses numbers that would come back different: integers beyond ±(2^53−1), and what overflows a double. */
export const afterNumber = (bytes: Uint8Array, offset: number): number => {
  const first = bytes[offset] === MINUS ? offset + 1 : offset;
  let at = first;
  if (bytes[at] === ZERO) at += 1;
  else at = afterDigits(bytes, at, 'in numeric literal');
  const integerEnd = at;
  let ordinary = integerEnd - first <= ALWAYS_SAFE_DIGITS;
  if (bytes[at] === 0x2e) at = afterDigits(bytes, at + 1, 'after decimal point in numeric literal');
  if (((bytes[at] ?? 0) | 0x20) === 0x65) {
    ordinary = false;
    const sign = bytes[at + 1];
    at = afterDigits(bytes, sign === 0x2b || sign === MINUS ? at + 2 : at + 1, 'in exponent of numeric literal');
  }
  if (!ordinary) refuseUnfaithful(bytes, offset, at, at === integerEnd);
  return at;
};

const afterDigits = (bytes: Uint8Array, offset: number, where: string): number => {
  let at = offset;
  while ((bytes[at] ?? 0) >= ZERO && (bytes[at] ?? 0) <= NINE) at += 1;
  if (at === offset) throw unexpectedByte(bytes, at, where);
  return at;
};

const refuseUnfaithful = (bytes: Uint8Array, start: number, end: number, integer: boolean): void => {
  const text = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 400)));
  const value = Number(end - start > 400 ? asciiText(bytes, start, end) : text);
  if (!Number.isFinite(value)) {
    throw new JsonProblem('numberOverflow', `the number ${shortened(text)} is too large for a 64-bit float`, start);
  }
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return;
  if (integer || Math.abs(value) < INTEGER_NOTATION_ENDS) {
    throw new JsonProblem('unsafeInteger', `the integer ${shortened(text)} is beyond ±9007199254740991`, start);
  }
};

const asciiText = (bytes: Uint8Array, start: number, end: number): string =>
  new TextDecoder('latin1').decode(bytes.subarray(start, end));

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 37)}...` : text);

/** `literal` is `true`, `false` or `null`, of which the first byte was already seen. */
export const afterLiteral = (bytes: Uint8Array, offset: number, literal: string): number => {
  for (let i = 1; i < literal.length; i++) {
    if (bytes[offset + i] !== literal.charCodeAt(i)) {
      throw unexpectedByte(bytes, offset + i, `in literal ${literal} (expecting '${literal[i]}')`);
    }
  }
  return offset + literal.length;
};
