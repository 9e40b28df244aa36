/** Whether the keywords of one schema have the types that they must have. */
import { isJsonObject } from '@holdfast/kernel';
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';
import { invalidValue } from '../refusal/causes.js';
import type { PatternCheck } from './patterns.js';

interface KeywordRule {
  readonly keywords: readonly string[];
  readonly holds: (value: JsonValue) => boolean;
  readonly detail: string;
}

const isText = (value: JsonValue): boolean => typeof value === 'string';
const isCount = (value: JsonValue): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isListOf = (value: JsonValue, item: (value: JsonValue) => boolean): boolean =>
  Array.isArray(value) && (value as readonly JsonValue[]).every(item);

const rules: readonly KeywordRule[] = [
  {
    keywords: [
      'type',
      'format',
      'pattern',
      'title',
      'description',
      '$ref',
      'x-kubernetes-list-type',
      'x-kubernetes-map-type',
    ],
    holds: isText,
    detail: 'must be a string',
  },
  {
    keywords: ['minimum', 'maximum'],
    holds: (value) => typeof value === 'number',
    detail: 'must be a number',
  },
  {
    keywords: ['multipleOf'],
    holds: (value) => typeof value === 'number' && value > 0,
    detail: 'must be a number greater than 0',
  },
  {
    keywords: ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
    holds: isCount,
    detail: 'must be an integer of at least 0',
  },
  {
    keywords: [
      'exclusiveMinimum',
      'exclusiveMaximum',
      'nullable',
      'uniqueItems',
      'x-kubernetes-embedded-resource',
      'x-kubernetes-int-or-string',
      'x-kubernetes-preserve-unknown-fields',
    ],
    holds: (value) => typeof value === 'boolean',
    detail: 'must be a boolean',
  },
  {
    keywords: ['required', 'x-kubernetes-list-map-keys'],
    holds: (value) => isListOf(value, isText),
    detail: 'must be a list of strings',
  },
  { keywords: ['enum'], holds: (value) => isListOf(value, () => true), detail: 'must be a list' },
  {
    keywords: ['allOf', 'anyOf', 'oneOf'],
    holds: (value) => isListOf(value, isJsonObject),
    detail: 'must be a list of schemas',
  },
  { keywords: ['not'], holds: isJsonObject, detail: 'must be a schema' },
  {
    keywords: ['items'],
    holds: isJsonObject,
    detail: 'items must be a schema object and not an array',
  },
  {
    keywords: ['additionalProperties'],
    holds: (value) => typeof value === 'boolean' || isJsonObject(value),
    detail: 'must be a schema or a boolean',
  },
  {
    keywords: ['properties'],
    holds: (value) => isJsonObject(value) && Object.values(value).every(isJsonObject),
    detail: 'must be schemas by name',
  },
];

export const checkKeywords = (schema: JsonObject, path: string, patterns: PatternCheck): readonly Cause[] => {
  const causes = rules.flatMap(({ keywords, holds, detail }) =>
    keywords.flatMap((keyword) => {
      const value = schema[keyword];
      return value === undefined || holds(value) ? [] : [invalidValue(`${path}.${keyword}`, value, detail)];
    }),
  );
  const { pattern } = schema;
  if (typeof pattern !== 'string') return causes;
  const problem = patterns.problemOf(pattern);
  return problem === undefined ? causes : [...causes, invalidValue(`${path}.pattern`, pattern, problem)];
};
