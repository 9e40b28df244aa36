import type { EventType, ObjectKey } from '@holdfast/contracts';
import type { LiveReader } from './read-live.js';
import { selectHistory } from './select-history.js';

export interface HistoryQuery {
  readonly key: ObjectKey;
  readonly limit: number;
  /** Entries older than this version only: where the last page ended. */
  readonly before?: number | undefined;
}

export interface HistoryEntry {
  readonly version: number;
  readonly time: Date;
  readonly type: EventType;
  readonly actor: string;
  readonly fieldManager: string | undefined;
  readonly requestID: string;
  readonly correlationID: string;
  readonly causationID: string | undefined;
  readonly changed: readonly string[];
  /** JSON of the object after the change; of a deleted one, its last state. */
  readonly object: string;
  /** JSON of the object before the change; missing where it began. */
  readonly previousObject: string | undefined;
}

export interface History {
  readonly entries: readonly HistoryEntry[];
  /** Older entries stand behind the last one. */
  readonly more: boolean;
  /** How far the rows reach. */
  readonly boundary: number;
}

interface HistoryRow {
  readonly version: number;
  readonly time: Date;
  readonly type: EventType;
  readonly actor: string;
  readonly field_manager: string | null;
  readonly request_id: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly changed: readonly string[];
  readonly object: string;
  readonly previous_object: string | null;
}

/** What happened to one object, newest first. */
export const readHistory = async (reader: LiveReader, { key, limit, before }: HistoryQuery): Promise<History> => {
  const { rows, checkpoint } = await reader.read<HistoryRow>((schema, sql) =>
    selectHistory(schema, sql, { key, before, limit: limit + 1 }),
  );
  return {
    entries: rows.slice(0, limit).map(entryOf),
    more: rows.length > limit,
    boundary: checkpoint.boundary,
  };
};

const entryOf = (row: HistoryRow): HistoryEntry => ({
  version: row.version,
  time: row.time,
  type: row.type,
  actor: row.actor,
  fieldManager: row.field_manager ?? undefined,
  requestID: row.request_id,
  correlationID: row.correlation_id,
  causationID: row.causation_id ?? undefined,
  changed: row.changed,
  object: row.object,
  previousObject: row.previous_object ?? undefined,
});
