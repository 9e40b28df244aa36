import type { ObjectKey } from '@holdfast/contracts';
import type { SqlParameters } from './sql-parameters.js';
import { keyCondition } from './select-history.js';

/** How many steps from an effect to its first cause are told. */
const LONGEST_CHAIN = 32;

/** The newest states of an object, of those that its last uid had. */
export const selectLastChanges = (schema: string, sql: SqlParameters, key: ObjectKey, limit: number): string => {
  const ofObject = keyCondition('v', key, sql);
  return `
    SELECT v.version, v.causation_id FROM ${schema}.versions v
    WHERE ${ofObject}
      AND v.uid = (SELECT v.uid FROM ${schema}.versions v WHERE ${ofObject} ORDER BY v.version DESC LIMIT 1)
    ORDER BY v.version DESC
    LIMIT ${limit}`;
};

export const selectChanges = (schema: string, sql: SqlParameters, versions: readonly number[]): string => `
  SELECT v.version, v.causation_id FROM ${schema}.versions v WHERE v.version = ANY (${sql.add(versions.map(String))}::bigint[])`;

// A cause is older than its effect: what says otherwise is no cause, and so no chain can go in a circle. The CASE keeps
// a causation id that is no version away from the cast.
/** The changes that `asked` selects, and those that led to them, newest first. */
export const selectCauses = (schema: string, asked: string): string => `
  WITH RECURSIVE asked AS MATERIALIZED (${asked}),
  chain (version, causation_id, depth) AS (
    SELECT version, causation_id, 0 FROM asked
    UNION
    SELECT cause.version, cause.causation_id, chain.depth + 1
    FROM chain
    JOIN ${schema}.versions cause
      ON cause.version = CASE WHEN chain.causation_id ~ '^[1-9][0-9]{0,15}$' THEN chain.causation_id::bigint END
    WHERE cause.version < chain.version AND chain.depth < ${LONGEST_CHAIN}
  )
  SELECT v.version, v.time, v.type, v.grp, v.resource, v.namespace, v.name, v.uid,
         v.object->>'apiVersion' AS api_version, v.object->>'kind' AS kind,
         v.actor, v.field_manager, v.request_id, v.correlation_id, v.causation_id, v.changed,
         v.version IN (SELECT version FROM asked) AS asked
  FROM ${schema}.versions v
  WHERE v.version IN (SELECT version FROM chain)
  ORDER BY v.version DESC`;
