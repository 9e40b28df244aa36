/**
 * The stored form of a commit: one message of the log, NDJSON.
 *
 *   line 1            CommitHeader: who decided, when, for which commands
 *   then, per event   EventRecord, and on the next line the whole object after the change
 *
 * Objects are stored without `metadata.resourceVersion`, which follows from where they stand, and begin with
 * `{"apiVersion":…,"kind":…,"metadata":{`, so that the version is spliced in without parsing.
 */
import type { CommandRecord, EventRecord } from './event.js';
import { boundaryOf, versionAt } from './resource-version.js';
import { upcastCommitHeader, upcastEventRecord } from './upcast.js';

export const COMMIT_SCHEMA_VERSION = 1;
export const MAX_EVENTS_PER_COMMIT = 1000;

export interface CommitHeader {
  readonly schema: typeof COMMIT_SCHEMA_VERSION;
  /** Unique: tells one's own append from another's when an acknowledgement was lost. */
  readonly id: string;
  readonly epoch: number;
  readonly instance: string;
  /** RFC 3339 with milliseconds: when it was decided. The log's own time is the message's. */
  readonly time: string;
  /** Lifts versions of a restored log above those used before; 0 when missing. */
  readonly base?: number;
  /** Present on the commit with which an instance becomes the transactor; it has no commands. */
  readonly takeover?: true;
  readonly commands: readonly CommandRecord[];
}

/** An event before it stands in the log: its record and the object's bytes without a version. */
export interface NewEvent {
  readonly record: EventRecord;
  readonly object: Buffer;
}

/** An event read from the log. */
export interface LogEvent extends NewEvent {
  readonly version: number;
  readonly command: CommandRecord;
}

/** A commit read from the log. */
export interface Commit {
  readonly header: CommitHeader;
  readonly sequence: number;
  /** The log's own time of the message, milliseconds since the epoch. */
  readonly timestamp: number;
  /** The last version that this commit could hold: where checkpoints and lists stand after it. */
  readonly boundary: number;
  readonly events: readonly LogEvent[];
}

const NEWLINE = Buffer.from('\n');
const NEWLINE_BYTE = 0x0a;

/** The commit's bytes; throws RangeError rather than make one that nobody could ever read again. */
export const encodeCommit = (header: CommitHeader, events: readonly NewEvent[]): Buffer => {
  const announced = announcedEvents(header);
  if (announced !== events.length) throw new RangeError(`${announced} events announced, ${events.length} given`);
  const parts: Buffer[] = [Buffer.from(JSON.stringify(header))];
  for (const { record, object } of events) {
    if (!isStoredObject(object) || object.includes(NEWLINE_BYTE)) {
      throw new RangeError(`the object of ${record.name} is not in the stored form`);
    }
    parts.push(NEWLINE, Buffer.from(JSON.stringify(record)), NEWLINE, object);
  }
  return Buffer.concat(parts);
};

export class CommitFormatError extends Error {
  override readonly name = 'CommitFormatError';

  constructor(sequence: number, problem: string, options?: ErrorOptions) {
    super(`commit at sequence ${sequence} of the log cannot be read: ${problem}`, options);
  }
}

/** Reads a commit; the objects are views of `data`, not copies. */
export const decodeCommit = (data: Uint8Array, sequence: number, timestamp: number): Commit => {
  const lines = splitLines(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  const header = parseLine(lines[0], sequence, (value) => upcastCommitHeader(value));
  const expected = announcedEvents(header);
  if (lines.length !== 1 + 2 * expected) {
    throw new CommitFormatError(sequence, `${expected} events announced, ${(lines.length - 1) / 2} found`);
  }
  const events: LogEvent[] = [];
  for (const command of header.commands) {
    for (let i = 0; i < command.events; i++) {
      const index = events.length;
      const record = parseLine(lines[1 + 2 * index], sequence, (value) => upcastEventRecord(value, header.schema));
      const version = versionAt(sequence, index, header.base);
      const object = lines[2 + 2 * index] as Buffer;
      if (!isStoredObject(object)) throw new CommitFormatError(sequence, `the object of event ${index} is torn`);
      events.push({ record, object, version, command });
    }
  }
  return { header, sequence, timestamp, boundary: boundaryOf(sequence, header.base), events };
};

const announcedEvents = (header: CommitHeader): number =>
  header.commands.reduce((sum, command) => sum + command.events, 0);

const splitLines = (data: Buffer): Buffer[] => {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = data.indexOf(NEWLINE_BYTE); end !== -1; end = data.indexOf(NEWLINE_BYTE, start)) {
    lines.push(data.subarray(start, end));
    start = end + 1;
  }
  lines.push(data.subarray(start));
  return lines;
};

const parseLine = <T>(line: Buffer | undefined, sequence: number, upcast: (value: unknown) => T): T => {
  if (line === undefined) throw new CommitFormatError(sequence, 'a line is missing');
  try {
    return upcast(JSON.parse(line.toString('utf8')));
  } catch (error) {
    throw new CommitFormatError(sequence, error instanceof Error ? error.message : String(error), { cause: error });
  }
};

const OBJECT_OPENING = '{"apiVersion":';
const METADATA_OPENING = Buffer.from('"metadata":{');
const QUOTE_BYTE = 0x22;
const CLOSING_BYTE = 0x7d;

/** Whether the version can be spliced in, and the line is whole; the rest is not looked at. */
const isStoredObject = (object: Buffer): boolean =>
  object.toString('latin1', 0, OBJECT_OPENING.length) === OBJECT_OPENING &&
  object[object.length - 1] === CLOSING_BYTE &&
  object.includes(METADATA_OPENING);

/** The object's bytes with `metadata.resourceVersion` in place. The stored form makes the first `"metadata":{` the right one. */
export const spliceVersion = (object: Buffer, version: number): Buffer => {
  const at = object.indexOf(METADATA_OPENING) + METADATA_OPENING.length;
  const separator = object[at] === QUOTE_BYTE ? ',' : '';
  const member = `"resourceVersion":"${version}"${separator}`;
  const bytes = Buffer.allocUnsafe(object.length + member.length);
  object.copy(bytes, 0, 0, at);
  bytes.write(member, at, 'latin1');
  object.copy(bytes, at + member.length, at);
  return bytes;
};
