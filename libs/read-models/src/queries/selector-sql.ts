import { assertNever } from '@holdfast/kernel';
import type { SelectorRequirement } from '@holdfast/resource';
import type { SqlParameters } from './sql-parameters.js';

/** A label that is missing satisfies NotIn and DoesNotExist only. */
export const labelCondition = ({ key, operator, values }: SelectorRequirement, sql: SqlParameters): string => {
  switch (operator) {
    case 'In':
      return containsAny(key, values, sql);
    case 'NotIn':
      return `NOT ${containsAny(key, values, sql)}`;
    case 'Exists':
      return `jsonb_exists(labels, ${sql.add(key)})`;
    case 'DoesNotExist':
      return `NOT jsonb_exists(labels, ${sql.add(key)})`;
    case 'GreaterThan':
      return compares(key, '>', values, sql);
    case 'LessThan':
      return compares(key, '<', values, sql);
    default:
      return assertNever(operator);
  }
};

// Containment is what the index on labels answers.
const containsAny = (key: string, values: readonly string[], sql: SqlParameters): string =>
  `labels @> ANY (${sql.add(values.map((value) => JSON.stringify({ [key]: value })))}::jsonb[])`;

// The CASE keeps a label that is no integer away from the cast.
const compares = (key: string, operator: '<' | '>', values: readonly string[], sql: SqlParameters): string => {
  const label = `labels ->> ${sql.add(key)}`;
  const bound = sql.add(values[0] ?? '');
  return `CASE WHEN ${label} ~ '^[0-9]{1,63}$' THEN (${label})::numeric ${operator} ${bound}::numeric ELSE false END`;
};

/** A field that is missing counts as the empty string. */
export const fieldCondition = ({ key, operator, values }: SelectorRequirement, sql: SqlParameters): string => {
  const field = fieldColumn(key, sql);
  switch (operator) {
    case 'In':
      return `${field} = ANY (${sql.add(values)}::text[])`;
    case 'NotIn':
      return `${field} <> ALL (${sql.add(values)}::text[])`;
    case 'Exists':
    case 'DoesNotExist':
    case 'GreaterThan':
    case 'LessThan':
      throw new TypeError(`a field selector cannot ask for ${operator}: ${key}`);
    default:
      return assertNever(operator);
  }
};

const fieldColumn = (key: string, sql: SqlParameters): string => {
  if (key === 'metadata.name') return 'name';
  if (key === 'metadata.namespace') return 'namespace';
  return `coalesce(fields ->> ${sql.add(key)}, '')`;
};
