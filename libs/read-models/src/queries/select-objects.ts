import { assertNever } from '@holdfast/kernel';
import type { SelectorRequirement } from '@holdfast/resource';
import { fieldCondition, labelCondition } from './selector-sql.js';
import type { SqlParameters } from './sql-parameters.js';

/** Where a page begins: behind this object, in byte order of namespace, then name. */
export interface PageStart {
  readonly namespace: string;
  readonly name: string;
}

/** Which objects of one kind, as they were at one version (the newest when it is missing). */
export interface ObjectsQuery {
  readonly group: string;
  readonly resource: string;
  /** Missing: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string | undefined;
  readonly labels?: readonly SelectorRequirement[] | undefined;
  readonly fields?: readonly SelectorRequirement[] | undefined;
  readonly at?: number | undefined;
  readonly after?: PageStart | undefined;
}

/**
 * How the rows valid at a version are found:
 *   newest    the current ones: no version was asked for;
 *   recent    the current ones that are old enough, and those that ended since: few;
 *   old       key by key, the newest row up to the version: its cost does not grow with what happened since.
 */
export type Age = 'newest' | 'recent' | 'old';

/** One page of objects with their JSON as text, in byte order of namespace and name. */
export const selectObjects = (
  schema: string,
  sql: SqlParameters,
  { query, age, limit }: { query: ObjectsQuery; age: Age; limit: number },
): string => `
  SELECT namespace, name, object::text AS object
  FROM (${selectValid({ schema, sql, query, columns: 'namespace, name, object', limit }, age)}) page
  ORDER BY namespace, name`;

/** How many objects there are. */
export const countObjects = (
  schema: string,
  sql: SqlParameters,
  { query, age }: { query: ObjectsQuery; age: Age },
): string => `
  SELECT count(*) AS count FROM (${selectValid({ schema, sql, query, columns: 'namespace, name' }, age)}) valid`;

/** How many rows of a kind ended after a version, counted up to a limit. */
export const countEndedSince = (
  schema: string,
  sql: SqlParameters,
  { group, resource, at, limit }: { group: string; resource: string; at: number; limit: number },
): string => `
  SELECT count(*) AS count
  FROM (
    SELECT 1 FROM ${schema}.versions
    WHERE grp = ${sql.add(group)} AND resource = ${sql.add(resource)} AND next > ${sql.add(at)}
    LIMIT ${limit}
  ) ended`;

interface Selection {
  readonly schema: string;
  readonly sql: SqlParameters;
  readonly query: ObjectsQuery;
  readonly columns: string;
  /** Missing: all rows, in no order. */
  readonly limit?: number;
}

const selectValid = (selection: Selection, age: Age): string => {
  switch (age) {
    case 'newest':
      return selectCurrent(selection);
    case 'recent':
      return selectRecent(selection);
    case 'old':
      return selectOld(selection);
    default:
      return assertNever(age);
  }
};

const selectCurrent = (selection: Selection, upTo = ''): string => `
  SELECT ${selection.columns} FROM ${selection.schema}.versions
  WHERE ${kind(selection)} ${place(selection)} AND next IS NULL AND NOT deleted ${upTo} ${selectors(selection)}
  ${page(selection)}`;

// What ended is read whole and first: a planner that underestimates it would walk the history of every key instead.
const selectRecent = (selection: Selection): string => {
  const at = version(selection);
  return `
  WITH ended AS MATERIALIZED (
    SELECT ${selection.columns} FROM ${selection.schema}.versions
    WHERE ${kind(selection)} AND next > ${at} AND version <= ${at} AND NOT deleted ${selectors(selection)}
  )
  SELECT * FROM (
    (${selectCurrent(selection, `AND version <= ${at}`)})
    UNION ALL
    SELECT * FROM ended WHERE true ${place(selection)}
  ) valid
  ${page(selection)}`;
};

// PostgreSQL has no skip scan: the recursion steps from key to key along the index, and so yields them in its order.
const selectOld = (selection: Selection): string => `
  WITH RECURSIVE keys AS (
    (SELECT namespace, name FROM ${selection.schema}.versions
     WHERE ${kind(selection)} ${place(selection)}
     ORDER BY namespace, name LIMIT 1)
    UNION ALL
    SELECT following.* FROM keys, LATERAL (
      SELECT v.namespace, v.name FROM ${selection.schema}.versions v
      WHERE ${kind(selection)} ${inNamespace(selection)} AND (v.namespace, v.name) > (keys.namespace, keys.name)
      ORDER BY v.namespace, v.name LIMIT 1
    ) following
  )
  SELECT ${selection.columns} FROM keys, LATERAL (
    SELECT v.deleted, v.labels, v.fields, v.object FROM ${selection.schema}.versions v
    WHERE ${kind(selection)} AND v.namespace = keys.namespace AND v.name = keys.name
      AND v.version <= ${version(selection)}
    ORDER BY v.version DESC LIMIT 1
  ) state
  WHERE NOT deleted ${selectors(selection)}
  ${selection.limit === undefined ? '' : `LIMIT ${selection.limit}`}`;

const kind = ({ query, sql }: Selection): string =>
  `grp = ${sql.add(query.group)} AND resource = ${sql.add(query.resource)}`;

const version = ({ query, sql }: Selection): string => sql.add(query.at ?? Number.MAX_SAFE_INTEGER);

const place = (selection: Selection): string => `${inNamespace(selection)} ${behind(selection)}`;

const inNamespace = ({ query: { namespace }, sql }: Selection): string =>
  namespace === undefined ? '' : `AND namespace = ${sql.add(namespace)}`;

const behind = ({ query: { after }, sql }: Selection): string =>
  after === undefined ? '' : `AND (namespace, name) > (${sql.add(after.namespace)}, ${sql.add(after.name)})`;

const selectors = ({ query: { labels = [], fields = [] }, sql }: Selection): string =>
  [
    ...labels.map((requirement) => `AND ${labelCondition(requirement, sql)}`),
    ...fields.map((requirement) => `AND ${fieldCondition(requirement, sql)}`),
  ].join(' ');

const page = ({ limit }: Selection): string => (limit === undefined ? '' : `ORDER BY namespace, name LIMIT ${limit}`);
