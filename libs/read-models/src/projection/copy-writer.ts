/** Rows as a binary COPY: a signature, rows of length-prefixed fields, an end mark. */
import { RowWriter } from './row-writer.js';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const END = Buffer.from([0xff, 0xff]);

export class CopyWriter extends RowWriter {
  constructor(capacity: number) {
    super(SIGNATURE.length + capacity);
    this.at = SIGNATURE.copy(this.buffer);
  }

  override row(fields: number): void {
    this.reserve(2);
    this.at = this.buffer.writeInt16BE(fields, this.at);
  }

  override end(): Buffer {
    this.reserve(END.length);
    this.at += END.copy(this.buffer, this.at);
    return this.buffer.subarray(0, this.at);
  }

  protected override open(): void {
    // A COPY does not name the types of its fields.
  }
}
