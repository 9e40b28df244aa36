/**
 * A snapshot is a state of the store at one sequence of the log: chunks of records, and a manifest that names them.
 *
 *   chunk  = records, one after the other
 *   record = 1 byte: kind, 8 bytes: number, 4 bytes: length of key, 4 bytes: length of value, key (UTF-8), value
 *
 *   kind           number                       key              value
 *   object         version                      key of object    the object's bytes
 *   command        version of its first event   command id       time of its commit
 *   idempotency    version of its first event   hash of the key  time of its commit, hash of the body
 *
 * It may be fuzzy: written while the state went on, an object may be newer than the sequence says. Since an event
 * carries the whole object with its version, following the log from the sequence makes it whole, at the latest at
 * `through`. Numbers are big-endian, versions 8 bytes of floating point (they are integers below 2^53).
 */
import type { LogIdentity } from '@holdfast/log';

import { parseKeyText } from '@holdfast/contracts';

import type { StatePosition, StoreState } from '../state/store-state.js';

export const SNAPSHOT_FORMAT = 1;

export interface SnapshotChunk {
  readonly name: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface SnapshotManifest {
  readonly format: typeof SNAPSHOT_FORMAT;
  readonly log: LogIdentity;
  /** Where to go on reading the log. */
  readonly position: StatePosition;
  /** The newest sequence of which something may be in the snapshot. */
  readonly through: number;
  readonly objects: number;
  readonly chunks: readonly SnapshotChunk[];
}

const KIND = { object: 1, command: 2, idempotency: 3 } as const;
const RECORD_PREFIX = 17;
/** What is copied in one turn of the event loop; a chunk is made of many. */
const PIECE_BYTES = 256 * 1024;

/** The records of a state, in pieces. Between two pieces the state may change. */
export function* encodeState(state: StoreState): Generator<Buffer, void, void> {
  const piece = new PieceWriter();
  for (const { text, version, bytes } of state.table.all()) {
    piece.add(KIND.object, version, text, bytes);
    if (piece.isFull) yield piece.take();
  }
  for (const { id, version, at } of state.commands.all()) {
    piece.add(KIND.command, version, id, Buffer.from(String(at)));
    if (piece.isFull) yield piece.take();
  }
  for (const { key, write } of state.idempotency.all()) {
    piece.add(KIND.idempotency, write.version, key, Buffer.from(`${write.at} ${write.body}`));
    if (piece.isFull) yield piece.take();
  }
  yield piece.take();
}

/** Puts a chunk's records into a state. */
export const decodeChunk = (chunk: Buffer, state: StoreState): void => {
  for (let at = 0; at < chunk.length;) {
    const kind = chunk.readUInt8(at);
    const version = chunk.readDoubleBE(at + 1);
    const keyEnd = at + RECORD_PREFIX + chunk.readUInt32BE(at + 9);
    const valueEnd = keyEnd + chunk.readUInt32BE(at + 13);
    const key = chunk.toString('utf8', at + RECORD_PREFIX, keyEnd);
    restoreRecord(state, { kind, version, key, value: chunk.subarray(keyEnd, valueEnd) });
    at = valueEnd;
  }
};

interface SnapshotRecord {
  readonly kind: number;
  readonly version: number;
  readonly key: string;
  readonly value: Buffer;
}

const restoreRecord = (state: StoreState, { kind, version, key, value }: SnapshotRecord): void => {
  switch (kind) {
    case KIND.object:
      state.put(key, parseKeyText(key), version, value);
      return;
    case KIND.command:
      state.commands.remember(key, version, Number(value.toString('latin1')));
      return;
    case KIND.idempotency: {
      const [at, body = ''] = value.toString('latin1').split(' ');
      state.idempotency.remember(key, { body, version, at: Number(at) });
      return;
    }
    default:
      throw new RangeError(`a snapshot's record has the unknown kind ${kind}`);
  }
};

class PieceWriter {
  private buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  private used = 0;

  get isFull(): boolean {
    return this.used >= PIECE_BYTES;
  }

  add(kind: number, version: number, key: string, value: Buffer): void {
    const keyBytes = Buffer.from(key);
    const end = this.used + RECORD_PREFIX + keyBytes.length + value.length;
    if (end > this.buffer.length) this.grow(end);
    let at = this.buffer.writeUInt8(kind, this.used);
    at = this.buffer.writeDoubleBE(version, at);
    at = this.buffer.writeUInt32BE(keyBytes.length, at);
    at = this.buffer.writeUInt32BE(value.length, at);
    at += keyBytes.copy(this.buffer, at);
    value.copy(this.buffer, at);
    this.used = end;
  }

  /** The piece so far; it is the taker's alone. */
  take(): Buffer {
    const taken = this.buffer.subarray(0, this.used);
    this.buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
    this.used = 0;
    return taken;
  }

  private grow(atLeast: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(atLeast, 2 * this.buffer.length));
    this.buffer.copy(larger, 0, 0, this.used);
    this.buffer = larger;
  }
}
