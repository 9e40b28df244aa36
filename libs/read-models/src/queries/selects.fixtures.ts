import type { ReplayedState } from '../written-log.fixtures.js';
import type { ObjectsQuery } from './select-objects.js';
import type { SelectorRequirement } from './selector-sql.js';

/** What the selectors of a query mean, said once more without SQL. */
export const selects = (query: ObjectsQuery, { key, content }: ReplayedState): boolean =>
  key.group === query.group &&
  key.resource === query.resource &&
  (query.namespace === undefined || key.namespace === query.namespace) &&
  (query.labels ?? []).every((requirement) => meets(content.labels?.[requirement.key], requirement)) &&
  (query.fields ?? []).every((requirement) => meets(fieldOf(requirement.key, { key, content }), requirement));

const fieldOf = (field: string, { key, content }: Pick<ReplayedState, 'key' | 'content'>): string => {
  if (field === 'metadata.name') return key.name;
  if (field === 'metadata.namespace') return key.namespace;
  return content.fields?.[field] ?? '';
};

const meets = (value: string | undefined, { operator, values }: SelectorRequirement): boolean => {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'GreaterThan':
      return value !== undefined && /^[+-]?\d+$/.test(value) && Number(value) > Number(values[0]);
    case 'LessThan':
      return value !== undefined && /^[+-]?\d+$/.test(value) && Number(value) < Number(values[0]);
  }
};
