/**
 * PostgreSQL's binary form of rows, as COPY and as arrays of a table's row type have it. Nothing needs escaping, and
 * the server parses no text but the JSON itself.
 */
const NULL_LENGTH = -1;
const TYPE = { bool: 16, int8: 20, int4: 23, text: 25, textArray: 1009, timestamptz: 1184, jsonb: 3802 } as const;
const JSONB_FORMAT = 1;
const UNIX_MS_OF_2000 = 946_684_800_000;
const TWO_TO_32 = 0x1_0000_0000;

/** Collects rows, of whatever table; `end` answers them as bytes. */
export abstract class RowWriter {
  protected buffer: Buffer;
  protected at = 0;

  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  abstract row(fields: number): void;
  abstract end(): Buffer;
  /** What stands before the length of a field of this type. */
  protected abstract open(type: number): void;

  int8(value: number | undefined): void {
    this.long(TYPE.int8, value);
  }

  int4(value: number): void {
    this.open(TYPE.int4);
    this.reserve(8);
    this.at = this.buffer.writeInt32BE(4, this.at);
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  bool(value: boolean): void {
    this.open(TYPE.bool);
    this.reserve(5);
    this.at = this.buffer.writeInt32BE(1, this.at);
    this.at = this.buffer.writeUInt8(value ? 1 : 0, this.at);
  }

  /** `ms` since 1970. */
  timestamp(ms: number): void {
    this.long(TYPE.timestamptz, (ms - UNIX_MS_OF_2000) * 1000);
  }

  text(value: string | undefined): void {
    this.open(TYPE.text);
    if (value === undefined) return this.null();
    this.reserve(4 + value.length * 3);
    this.at = this.prefixed(value);
  }

  textArray(values: readonly string[]): void {
    this.open(TYPE.textArray);
    this.reserve(24 + values.reduce((sum, value) => sum + 4 + value.length * 3, 0));
    const start = this.at;
    this.at += 4;
    this.at = this.buffer.writeInt32BE(values.length === 0 ? 0 : 1, this.at);
    this.at = this.buffer.writeInt32BE(0, this.at);
    this.at = this.buffer.writeInt32BE(TYPE.text, this.at);
    if (values.length > 0) {
      this.at = this.buffer.writeInt32BE(values.length, this.at);
      this.at = this.buffer.writeInt32BE(1, this.at);
    }
    for (const value of values) this.at = this.prefixed(value);
    this.buffer.writeInt32BE(this.at - start - 4, start);
  }

  jsonb(json: Buffer): void {
    this.open(TYPE.jsonb);
    this.reserve(5 + json.length);
    this.at = this.buffer.writeInt32BE(1 + json.length, this.at);
    this.at = this.buffer.writeUInt8(JSONB_FORMAT, this.at);
    this.at += json.copy(this.buffer, this.at);
  }

  protected reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }

  // Numbers here are exact integers below 2^53; two halves cost a third of a BigInt.
  private long(type: number, value: number | undefined): void {
    this.open(type);
    if (value === undefined) return this.null();
    this.reserve(12);
    this.at = this.buffer.writeInt32BE(8, this.at);
    this.at = this.buffer.writeInt32BE(Math.floor(value / TWO_TO_32), this.at);
    this.at = this.buffer.writeUInt32BE(value >>> 0, this.at);
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
}
