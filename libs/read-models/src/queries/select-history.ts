import type { ObjectKey } from '@holdfast/contracts';
import type { SqlParameters } from './sql-parameters.js';

/** The states of one object before a version, newest first, each with the state that it followed. */
export const selectHistory = (
  schema: string,
  sql: SqlParameters,
  { key, before, limit }: { key: ObjectKey; before?: number | undefined; limit: number },
): string => `
  SELECT v.version, v.time, v.type, v.actor, v.field_manager, v.request_id, v.correlation_id, v.causation_id,
         v.changed, v.object::text AS object, p.object::text AS previous_object
  FROM ${schema}.versions v
  LEFT JOIN ${schema}.versions p ON p.version = v.previous
  WHERE ${keyCondition('v', key, sql)}
    ${before === undefined ? '' : `AND v.version < ${sql.add(before)}`}
  ORDER BY v.version DESC
  LIMIT ${limit}`;

/** The state of one object at a version: its newest row up to there. */
export const selectObjectAt = (schema: string, sql: SqlParameters, key: ObjectKey, at: number): string => `
  SELECT v.version, v.deleted, v.object::text AS object
  FROM ${schema}.versions v
  WHERE ${keyCondition('v', key, sql)} AND v.version <= ${sql.add(at)}
  ORDER BY v.version DESC
  LIMIT 1`;

/** The boundary of the last commit that the log took at or before a moment. */
export const selectBoundaryAt = (schema: string, sql: SqlParameters, moment: Date): string => `
  SELECT boundary AS version
  FROM ${schema}.commits
  WHERE time <= ${sql.add(moment.toISOString())}::timestamptz
  ORDER BY time DESC, sequence DESC
  LIMIT 1`;

/** Holds for the rows of one object. */
export const keyCondition = (table: string, key: ObjectKey, sql: SqlParameters): string =>
  `${table}.grp = ${sql.add(key.group)} AND ${table}.resource = ${sql.add(key.resource)} ` +
  `AND ${table}.namespace = ${sql.add(key.namespace)} AND ${table}.name = ${sql.add(key.name)}`;
