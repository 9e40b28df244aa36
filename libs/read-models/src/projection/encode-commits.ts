import { spliceVersion } from '@holdfast/contracts';
import type { Commit, LogEvent } from '@holdfast/contracts';
import type { Batch } from './commit-queue.js';
import { CopyWriter } from './copy-writer.js';
import { labelsOf } from './labels-of.js';
import type { RowWriter } from './row-writer.js';

/** States of objects that these commits ended, and that stand in earlier rows: `previous[i]` ends at `next[i]`. */
export interface Supersessions {
  readonly previous: readonly number[];
  readonly next: readonly number[];
}

/** Commits as the rows they become. */
export interface EncodedCommits {
  readonly from: number;
  readonly to: number;
  readonly boundary: number;
  readonly events: number;
  /** Rows of VERSION_COLUMNS. */
  readonly versions: Buffer;
  /** Rows of COMMIT_COLUMNS. */
  readonly commits: Buffer;
  readonly superseded: Supersessions;
}

/** Makes what collects the rows of a table. */
export type OpenWriter = (table: 'versions' | 'commits', capacity: number) => RowWriter;

const asCopy: OpenWriter = (_table, capacity) => new CopyWriter(capacity);

/** All columns of the table, in its order. */
export const VERSION_COLUMNS =
  'version, next, previous, grp, resource, namespace, name, uid, type, time, deleted, actor, field_manager, ' +
  'command_id, request_id, correlation_id, causation_id, changed, labels, fields, object';
const VERSION_FIELDS = VERSION_COLUMNS.split(',').length;

/** All columns of the table, in its order. */
export const COMMIT_COLUMNS = 'sequence, time, boundary, epoch, events';
const COMMIT_FIELDS = COMMIT_COLUMNS.split(',').length;

const ROW_BYTES = 2_048;
const COMMIT_ROW_BYTES = 96;

/** The rows of commits that follow one another, as COPY where nothing else is asked for; a state that ends within them is written with its end. */
export const encodeCommits = (commits: Batch, open: OpenWriter = asCopy): EncodedCommits => {
  const events = commits.reduce((sum, commit) => sum + commit.events.length, 0);
  const { nextOf, superseded } = successors(commits);
  const versions = open('versions', 1_024 + events * ROW_BYTES);
  const rows = open('commits', commits.length * COMMIT_ROW_BYTES);
  for (const commit of commits) {
    writeCommit(rows, commit);
    const time = Date.parse(commit.header.time);
    for (const event of commit.events) writeVersion(versions, event, time, nextOf.get(event.version));
  }
  const last = commits[commits.length - 1] as Commit;
  return {
    from: commits[0].sequence,
    to: last.sequence,
    boundary: last.boundary,
    events,
    versions: versions.end(),
    commits: rows.end(),
    superseded,
  };
};

const successors = (commits: Batch): { nextOf: ReadonlyMap<number, number>; superseded: Supersessions } => {
  const nextOf = new Map<number, number>();
  const previous: number[] = [];
  const next: number[] = [];
  const written = new Set<number>();
  for (const { events } of commits) {
    for (const { record, version } of events) {
      written.add(version);
      if (record.previous === undefined) continue;
      if (written.has(record.previous)) {
        nextOf.set(record.previous, version);
      } else {
        previous.push(record.previous);
        next.push(version);
      }
    }
  }
  return { nextOf, superseded: { previous, next } };
};

const writeCommit = (rows: RowWriter, { header, sequence, timestamp, boundary, events }: Commit): void => {
  rows.row(COMMIT_FIELDS);
  rows.int8(sequence);
  rows.timestamp(timestamp);
  rows.int8(boundary);
  rows.int8(header.epoch);
  rows.int4(events.length);
};

const writeVersion = (rows: RowWriter, event: LogEvent, time: number, next: number | undefined): void => {
  const { record, command, version, object } = event;
  rows.row(VERSION_FIELDS);
  rows.int8(version);
  rows.int8(next);
  rows.int8(record.previous);
  rows.text(record.group);
  rows.text(record.resource);
  rows.text(record.namespace);
  rows.text(record.name);
  rows.text(record.uid);
  rows.text(record.type);
  rows.timestamp(time);
  rows.bool(record.type === 'deleted');
  rows.text(command.actor);
  rows.text(command.fieldManager);
  rows.text(command.id);
  rows.text(command.requestID);
  rows.text(command.correlationID);
  rows.text(command.causationID);
  rows.textArray(record.changed);
  rows.jsonb(labelsOf(object));
  rows.jsonb(record.fields === undefined ? NO_FIELDS : Buffer.from(JSON.stringify(record.fields)));
  rows.jsonb(spliceVersion(object, version));
};

const NO_FIELDS = Buffer.from('{}');
