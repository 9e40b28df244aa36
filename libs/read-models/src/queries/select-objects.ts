import { fieldCondition, labelCondition } from './selector-sql.js';
import type { SelectorRequirement } from './selector-sql.js';
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

/** One page of objects with their JSON as text, in byte order of namespace and name. */
export const selectObjects = (schema: string, sql: SqlParameters, query: ObjectsQuery, limit: number): string => `
  SELECT namespace, name, object::text AS object
  FROM (${ordered(validAt(schema, sql, query, 'namespace, name, object'), limit)}) page
  ORDER BY namespace, name`;

/** How many objects there are. */
export const countObjects = (schema: string, sql: SqlParameters, query: ObjectsQuery): string => `
  SELECT count(*) AS count
  FROM (${validAt(schema, sql, query, 'namespace')
    .map((part) => `(${part})`)
    .join(' UNION ALL ')}) found`;

/**
 * The rows valid at a version, in disjoint parts that an index answers each: those still current,
 * and those that ended since (few, unless the version is old).
 */
const validAt = (schema: string, sql: SqlParameters, query: ObjectsQuery, columns: string): readonly string[] => {
  const conditions = conditionsOf(query, sql);
  const select = (...more: string[]): string =>
    `SELECT ${columns} FROM ${schema}.versions WHERE ${[...conditions, 'NOT deleted', ...more].join(' AND ')}`;
  if (query.at === undefined) return [select('next IS NULL')];
  const at = sql.add(query.at);
  return [select('next IS NULL', `version <= ${at}`), select(`next > ${at}`, `version <= ${at}`)];
};

const conditionsOf = (query: ObjectsQuery, sql: SqlParameters): readonly string[] => [
  `grp = ${sql.add(query.group)}`,
  `resource = ${sql.add(query.resource)}`,
  ...(query.namespace === undefined ? [] : [`namespace = ${sql.add(query.namespace)}`]),
  ...(query.after === undefined ? [] : [behind(query.after, sql)]),
  ...(query.labels ?? []).map((requirement) => labelCondition(requirement, sql)),
  ...(query.fields ?? []).map((requirement) => fieldCondition(requirement, sql)),
];

const behind = ({ namespace, name }: PageStart, sql: SqlParameters): string =>
  `(namespace, name) > (${sql.add(namespace)}, ${sql.add(name)})`;

const ordered = (parts: readonly string[], limit: number): string => {
  const page = `ORDER BY namespace, name LIMIT ${limit}`;
  if (parts.length === 1) return `${parts.join('')} ${page}`;
  return `SELECT * FROM (${parts.map((part) => `(${part} ${page})`).join(' UNION ALL ')}) valid ${page}`;
};
