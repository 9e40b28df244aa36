/** What a body can be refused for before anybody looks at its meaning. */
export type JsonProblemKind =
  | 'malformed'
  | 'invalidUtf8'
  | 'tooDeep'
  | 'unsafeInteger'
  | 'numberOverflow'
  | 'nullCharacter'
  | 'loneSurrogate'
  | 'forbiddenKey';

/** Thrown inside the scanner only, which turns it into its answer. */
export class JsonProblem extends Error {
  override readonly name = 'JsonProblem';

  constructor(
    readonly kind: JsonProblemKind,
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** The complaint about one byte, as Go's encoding/json words it; at the end of the text, that it ended. */
export const unexpectedByte = (bytes: Uint8Array, offset: number, where: string): JsonProblem => {
  const byte = bytes[offset];
  return new JsonProblem(
    'malformed',
    byte === undefined ? 'unexpected end of JSON input' : `invalid character ${quoted(byte)} ${where}`,
    offset,
  );
};

const quoted = (byte: number): string => {
  if (byte === 0x27) return `'\\''`;
  if (byte === 0x22) return `'"'`;
  if (byte < 0x20 || byte >= 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  return `'${String.fromCharCode(byte)}'`;
};
