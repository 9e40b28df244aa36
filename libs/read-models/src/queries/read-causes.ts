import type { EventType, ObjectKey } from '@holdfast/contracts';
import type { LiveReader } from './read-live.js';
import { selectCauses, selectChanges, selectLastChanges } from './select-causes.js';

export type CausesQuery =
  /** The newest changes of an object, or of the last one that had this key. */
  | { readonly of: ObjectKey; readonly limit: number }
  /** The changes that made these versions, as far as they are known. */
  | { readonly versions: readonly number[] };

/** One change of one object, without its state. */
export interface RecordedChange {
  readonly version: number;
  readonly time: Date;
  readonly type: EventType;
  readonly key: ObjectKey;
  readonly uid: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly actor: string;
  readonly fieldManager: string | undefined;
  readonly requestID: string;
  readonly correlationID: string;
  /** The version of the change that led to this one. */
  readonly causationID: string | undefined;
  readonly changed: readonly string[];
}

export interface Causes {
  /** The changes that were asked for, newest first. */
  readonly asked: readonly RecordedChange[];
  /** All that led to them. */
  readonly causes: readonly RecordedChange[];
  /** How far the rows reach. */
  readonly boundary: number;
}

interface CauseRow {
  readonly version: number;
  readonly time: Date;
  readonly type: EventType;
  readonly grp: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly api_version: string | null;
  readonly kind: string | null;
  readonly actor: string;
  readonly field_manager: string | null;
  readonly request_id: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly changed: readonly string[];
  readonly asked: boolean;
}

/** Changes and the chains of their causes: one statement, however long the chains are. */
export const readCauses = async (reader: LiveReader, query: CausesQuery): Promise<Causes> => {
  const { rows, checkpoint } = await reader.read<CauseRow>((schema, sql) =>
    selectCauses(
      schema,
      'of' in query
        ? selectLastChanges(schema, sql, query.of, query.limit)
        : selectChanges(schema, sql, query.versions),
    ),
  );
  return {
    asked: rows.filter(({ asked }) => asked).map(changeOf),
    causes: rows.filter(({ asked }) => !asked).map(changeOf),
    boundary: checkpoint.boundary,
  };
};

const changeOf = (row: CauseRow): RecordedChange => ({
  version: row.version,
  time: row.time,
  type: row.type,
  key: { group: row.grp, resource: row.resource, namespace: row.namespace, name: row.name },
  uid: row.uid,
  apiVersion: row.api_version ?? '',
  kind: row.kind ?? '',
  actor: row.actor,
  fieldManager: row.field_manager ?? undefined,
  requestID: row.request_id,
  correlationID: row.correlation_id,
  causationID: row.causation_id ?? undefined,
  changed: row.changed,
});
