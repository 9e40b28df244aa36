/**
 * One pass over the bytes of a body, before JSON.parse: it finds what JSON.parse accepts and the product must not,
 * because it would be lost, changed or dangerous: duplicate keys, numbers that a double cannot hold, characters that
 * PostgreSQL cannot hold, nesting without end, keys that reach a prototype.
 */
import { JsonProblem, unexpectedByte } from './json-problem.js';
import type { JsonProblemKind } from './json-problem.js';
import { afterLiteral, afterNumber, afterString } from './json-tokens.js';

const MAX_JSON_DEPTH = 256;
/** Duplicates beyond this many are not listed. */
const MAX_DUPLICATES = 20;
/** Up to so many keys are compared one by one; larger objects keep a set. */
const FEW_KEYS = 12;

export type JsonScan =
  | {
      readonly ok: true;
      /** Paths of keys that an object has more than once (`spec.size`), at most 20. */
      readonly duplicates: readonly string[];
    }
  | {
      readonly ok: false;
      readonly kind: JsonProblemKind;
      readonly problem: string;
      readonly path: string;
      readonly offset: number;
      readonly line: number;
    };

/** Tells whether the bytes are JSON that can be stored and come back the same, and which keys stand twice. */
export const scanJson = (
  bytes: Uint8Array,
  limits: { readonly depth: number } = { depth: MAX_JSON_DEPTH },
): JsonScan => {
  const scanner = new Scanner(bytes, limits.depth);
  try {
    scanner.scan();
    return { ok: true, duplicates: scanner.duplicates };
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    const { kind, message, offset } = error;
    return { ok: false, kind, problem: message, path: scanner.path(), offset, line: lineOf(bytes, offset) };
  }
};

const lineOf = (bytes: Uint8Array, offset: number): number => {
  let line = 1;
  for (let i = 0; i < offset; i++) if (bytes[i] === 0x0a) line += 1;
  return line;
};

const FORBIDDEN_KEY = '__proto__';

class Scanner {
  readonly duplicates: string[] = [];
  private at = 0;
  private depth = 0;
  /** Per level: an array's index (≥ 0), or -1 in an object, whose current key stands at keyStart..keyEnd. */
  private readonly index: number[] = [0];
  private readonly keyStart: number[] = [0];
  private readonly keyEnd: number[] = [0];
  /** Hashes and places of the keys of all objects that are open, the innermost last. */
  private readonly hashes: number[] = [];
  private readonly starts: number[] = [];
  private keys = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly maxDepth: number,
  ) {}

  scan(): void {
    this.space();
    this.value();
    this.space();
    if (this.at < this.bytes.length) throw unexpectedByte(this.bytes, this.at, 'after top-level value');
  }

  /** Where the scanner stands, as Kubernetes writes paths: `spec.items[2].name`. */
  path(): string {
    let path = '';
    for (let level = 1; level <= this.depth; level++) {
      const index = this.index[level] ?? -1;
      if (index >= 0) path += `[${index}]`;
      else if ((this.keyEnd[level] ?? 0) > 0) path += (path === '' ? '' : '.') + this.keyText(level);
    }
    return path;
  }

  private value(): void {
    const { bytes, at } = this;
    switch (bytes[at]) {
      case 0x7b:
        return this.object();
      case 0x5b:
        return this.array();
      case 0x22:
        this.at = afterString(bytes, at + 1);
        return;
      case 0x74:
        this.at = afterLiteral(bytes, at, 'true');
        return;
      case 0x66:
        this.at = afterLiteral(bytes, at, 'false');
        return;
      case 0x6e:
        this.at = afterLiteral(bytes, at, 'null');
        return;
      default: {
        const byte = bytes[at] ?? 0;
        if (byte !== 0x2d && (byte < 0x30 || byte > 0x39)) {
          throw unexpectedByte(bytes, at, 'looking for beginning of value');
        }
        this.at = afterNumber(bytes, at);
      }
    }
  }

  private object(): void {
    this.enter(-1);
    const firstKey = this.keys;
    let many: Set<string> | undefined;
    if (this.next() === 0x7d) return this.leave(firstKey);
    for (;;) {
      this.key();
      if (many === undefined && this.keys - firstKey >= FEW_KEYS) many = this.gather(firstKey);
      if (many === undefined) this.compareWithFew(firstKey);
      else this.compareWithMany(many);
      if (this.next() !== 0x3a) throw unexpectedByte(this.bytes, this.at, 'after object key');
      this.at += 1;
      this.space();
      this.value();
      const byte = this.next();
      if (byte === 0x7d) return this.leave(firstKey);
      if (byte !== 0x2c) throw unexpectedByte(this.bytes, this.at, 'after object key:value pair');
      this.at += 1;
      this.space();
    }
  }

  private array(): void {
    this.enter(0);
    if (this.next() === 0x5d) return this.leave(this.keys);
    for (;;) {
      this.value();
      const byte = this.next();
      if (byte === 0x5d) return this.leave(this.keys);
      if (byte !== 0x2c) throw unexpectedByte(this.bytes, this.at, 'after array element');
      this.at += 1;
      this.space();
      this.index[this.depth] = (this.index[this.depth] ?? 0) + 1;
    }
  }

  private enter(index: number): void {
    if (this.depth === this.maxDepth) {
      throw new JsonProblem('tooDeep', `exceeded max depth of ${this.maxDepth}`, this.at);
    }
    this.depth += 1;
    this.index[this.depth] = index;
    this.keyEnd[this.depth] = 0;
    this.at += 1;
  }

  private leave(firstKey: number): void {
    this.keys = firstKey;
    this.depth -= 1;
    this.at += 1;
  }

  private key(): void {
    const { bytes, depth } = this;
    if (bytes[this.at] !== 0x22) {
      throw unexpectedByte(bytes, this.at, 'looking for beginning of object key string');
    }
    const start = this.at + 1;
    this.at = afterString(bytes, start);
    this.keyStart[depth] = start;
    this.keyEnd[depth] = this.at - 1;
    const suspicious = bytes[start] === 0x5f || bytes[start] === 0x5c;
    if (suspicious && this.keyText(depth) === FORBIDDEN_KEY) {
      throw new JsonProblem('forbiddenKey', `the key "${FORBIDDEN_KEY}" is not allowed`, start - 1);
    }
  }

  /** Keys are compared as bytes; only keys with escapes need their text. */
  private compareWithFew(firstKey: number): void {
    const start = this.keyStart[this.depth] ?? 0;
    const hash = hashOf(this.bytes, start, this.keyEnd[this.depth] ?? 0);
    for (let i = firstKey; i < this.keys; i++) {
      const same = this.hashes[i] === hash || hash === HAS_ESCAPES || this.hashes[i] === HAS_ESCAPES;
      if (same && textOfString(this.bytes, this.starts[i] ?? 0) === this.keyText(this.depth)) return this.duplicate();
    }
    this.hashes[this.keys] = hash;
    this.starts[this.keys] = start;
    this.keys += 1;
  }

  private gather(firstKey: number): Set<string> {
    const seen = new Set<string>();
    for (let i = firstKey; i < this.keys; i++) seen.add(textOfString(this.bytes, this.starts[i] ?? 0));
    return seen;
  }

  private compareWithMany(seen: Set<string>): void {
    const before = seen.size;
    seen.add(this.keyText(this.depth));
    if (seen.size === before) this.duplicate();
  }

  private duplicate(): void {
    if (this.duplicates.length === MAX_DUPLICATES) return;
    const path = this.path();
    if (!this.duplicates.includes(path)) this.duplicates.push(path);
  }

  private keyText(level: number): string {
    return textBetween(this.bytes, this.keyStart[level] ?? 0, this.keyEnd[level] ?? 0);
  }

  /** Skips white space and returns the byte there, -1 at the end. */
  private next(): number {
    this.space();
    return this.bytes[this.at] ?? -1;
  }

  private space(): void {
    const { bytes } = this;
    let at = this.at;
    for (let byte = bytes[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[at]) {
      at += 1;
    }
    this.at = at;
  }
}

const HAS_ESCAPES = -1;

const hashOf = (bytes: Uint8Array, start: number, end: number): number => {
  let hash = end - start;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x5c) return HAS_ESCAPES;
    hash = (Math.imul(hash, 31) + byte) & 0x7fffffff;
  }
  return hash;
};

/** The text of the string that begins at `start`; the scanner has already been over it. */
const textOfString = (bytes: Uint8Array, start: number): string =>
  textBetween(bytes, start, afterString(bytes, start) - 1);

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const textBetween = (bytes: Uint8Array, start: number, end: number): string => {
  const raw = utf8.decode(bytes.subarray(start, end));
  // Parsed, since two spellings of one key are one key: "a" and "\u0061".
  return raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
};
