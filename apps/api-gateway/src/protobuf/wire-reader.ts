/** The wire format of protocol buffers, as far as reading goes. */

export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

export type WireValue = bigint | Buffer;

export interface WireField {
  readonly number: number;
  /** An integer, or the bytes of a string, a message or a fixed-width number. */
  readonly value: WireValue;
}

/** The fields of one message in the order of its bytes; throws ProtobufError on a torn one. */
export function* readFields(message: Buffer): Generator<WireField> {
  const cursor = { at: 0 };
  while (cursor.at < message.length) {
    const tag = Number(readVarint(message, cursor));
    const number = tag >>> 3;
    if (number === 0) throw new ProtobufError(`field number 0 at offset ${cursor.at}`);
    yield { number, value: readValue(message, cursor, tag & 7) };
  }
}

interface Cursor {
  at: number;
}

const MAX_VARINT_BYTES = 10;

const readVarint = (message: Buffer, cursor: Cursor): bigint => {
  let value = 0n;
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const byte = message[cursor.at];
    if (byte === undefined) throw new ProtobufError('the message ends inside a number');
    cursor.at += 1;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new ProtobufError(`a number longer than ${MAX_VARINT_BYTES} bytes at offset ${cursor.at}`);
};

const readValue = (message: Buffer, cursor: Cursor, wireType: number): WireValue => {
  switch (wireType) {
    case 0:
      return readVarint(message, cursor);
    case 1:
      return take(message, cursor, 8);
    case 2:
      return take(message, cursor, Number(readVarint(message, cursor)));
    case 5:
      return take(message, cursor, 4);
    default:
      throw new ProtobufError(`wire type ${wireType} at offset ${cursor.at}`);
  }
};

const take = (message: Buffer, cursor: Cursor, length: number): Buffer => {
  const end = cursor.at + length;
  if (end > message.length)
    throw new ProtobufError(`a field of ${length} bytes where ${message.length - cursor.at} are left`);
  const bytes = message.subarray(cursor.at, end);
  cursor.at = end;
  return bytes;
};
