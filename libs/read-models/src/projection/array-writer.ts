/** Rows as one binary array of a table's row type, which a statement takes as a parameter. */
import { RowWriter } from './row-writer.js';

const HEADER_BYTES = 20;
const HEADER_BYTES_OF_NONE = 12;

export class ArrayWriter extends RowWriter {
  private rows = 0;
  /** Where the length of the row that is being written stands. */
  private rowAt = 0;

  constructor(
    capacity: number,
    /** The oid of the row type. */
    private readonly rowType: number,
  ) {
    super(HEADER_BYTES + capacity);
    this.at = HEADER_BYTES;
  }

  override row(fields: number): void {
    this.closeRow();
    this.rows += 1;
    this.reserve(8);
    this.rowAt = this.at;
    this.at = this.buffer.writeInt32BE(fields, this.at + 4);
  }

  override end(): Buffer {
    this.closeRow();
    this.buffer.writeInt32BE(this.rows === 0 ? 0 : 1, 0);
    this.buffer.writeInt32BE(0, 4);
    this.buffer.writeUInt32BE(this.rowType, 8);
    if (this.rows === 0) return this.buffer.subarray(0, HEADER_BYTES_OF_NONE);
    this.buffer.writeInt32BE(this.rows, 12);
    this.buffer.writeInt32BE(1, 16);
    return this.buffer.subarray(0, this.at);
  }

  protected override open(type: number): void {
    this.reserve(4);
    this.at = this.buffer.writeUInt32BE(type, this.at);
  }

  private closeRow(): void {
    if (this.rows > 0) this.buffer.writeInt32BE(this.at - this.rowAt - 4, this.rowAt);
  }
}
