/**
 * PostgreSQL's binary COPY format: a signature, rows of length-prefixed fields, an end mark.
 * Nothing needs escaping, and the server parses no text but the JSON itself.
 */
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const END = Buffer.from([0xff, 0xff]);

const NULL_LENGTH = -1;
const TEXT_OID = 25;
const JSONB_FORMAT = 1;
const UNIX_MS_OF_2000 = 946_684_800_000;
const TWO_TO_32 = 0x1_0000_0000;

/** Collects rows, of whatever table; `end` answers them as one COPY. */
export class CopyWriter {
  private buffer: Buffer;
  private at: number;

  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafe(capacity);
    this.at = SIGNATURE.copy(this.buffer);
  }

  row(fields: number): void {
    this.reserve(2);
    this.at = this.buffer.writeInt16BE(fields, this.at);
  }

  int8(value: number | undefined): void {
    if (value === undefined) return this.null();
    this.reserve(12);
    this.at = this.buffer.writeInt32BE(8, this.at);
    this.bigint(value);
  }

  int4(value: number): void {
    this.reserve(8);
    this.at = this.buffer.writeInt32BE(4, this.at);
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  bool(value: boolean): void {
    this.reserve(5);
    this.at = this.buffer.writeInt32BE(1, this.at);
    this.at = this.buffer.writeUInt8(value ? 1 : 0, this.at);
  }

  /** `ms` since 1970. */
  timestamp(ms: number): void {
    this.int8((ms - UNIX_MS_OF_2000) * 1000);
  }

  text(value: string | undefined): void {
    if (value === undefined) return this.null();
    this.reserve(4 + value.length * 3);
    this.at = this.prefixed(value);
  }

  textArray(values: readonly string[]): void {
    this.reserve(24 + values.reduce((sum, value) => sum + 4 + value.length * 3, 0));
    const start = this.at;
    this.at += 4;
    this.at = this.buffer.writeInt32BE(values.length === 0 ? 0 : 1, this.at);
    this.at = this.buffer.writeInt32BE(0, this.at);
    this.at = this.buffer.writeInt32BE(TEXT_OID, this.at);
    if (values.length > 0) {
      this.at = this.buffer.writeInt32BE(values.length, this.at);
      this.at = this.buffer.writeInt32BE(1, this.at);
    }
    for (const value of values) this.at = this.prefixed(value);
    this.buffer.writeInt32BE(this.at - start - 4, start);
  }

  jsonb(json: Buffer): void {
    this.reserve(5 + json.length);
    this.at = this.buffer.writeInt32BE(1 + json.length, this.at);
    this.at = this.buffer.writeUInt8(JSONB_FORMAT, this.at);
    this.at += json.copy(this.buffer, this.at);
  }

  end(): Buffer {
    this.reserve(END.length);
    this.at += END.copy(this.buffer, this.at);
    return this.buffer.subarray(0, this.at);
  }

  private null(): void {
    this.reserve(4);
    this.at = this.buffer.writeInt32BE(NULL_LENGTH, this.at);
  }

  private prefixed(value: string): number {
    const length = this.buffer.write(value, this.at + 4, 'utf8');
    this.buffer.writeInt32BE(length, this.at);
    return this.at + 4 + length;
  }

  // Numbers here are exact integers below 2^53; two halves cost a third of a BigInt.
  private bigint(value: number): void {
    this.at = this.buffer.writeInt32BE(Math.floor(value / TWO_TO_32), this.at);
    this.at = this.buffer.writeUInt32BE(value >>> 0, this.at);
  }

  private reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}
