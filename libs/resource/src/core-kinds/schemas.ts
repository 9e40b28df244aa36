/** Small pieces of which the schemas of the built-in kinds are made. */
import type { JsonObject, JsonValue } from '@holdfast/kernel';

export const text = (description: string, more: JsonObject = {}): JsonObject => ({
  type: 'string',
  description,
  ...more,
});

export const flag = (description: string, more: JsonObject = {}): JsonObject => ({
  type: 'boolean',
  description,
  ...more,
});

export const integer = (description: string, more: JsonObject = {}): JsonObject => ({
  type: 'integer',
  format: 'int32',
  description,
  ...more,
});

export const time = (description: string): JsonObject => ({
  type: 'string',
  format: 'date-time',
  nullable: true,
  description,
});

export const list = (description: string, items: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'array',
  description,
  items,
  ...more,
});

export const texts = (description: string): JsonObject => list(description, { type: 'string' });

export const map = (description: string, values: JsonObject): JsonObject => ({
  type: 'object',
  description,
  additionalProperties: values,
});

export const object = (
  description: string,
  properties: Readonly<Record<string, JsonObject>>,
  required: readonly string[] = [],
): JsonObject => ({
  type: 'object',
  description,
  properties,
  ...(required.length === 0 ? {} : { required: required satisfies readonly JsonValue[] }),
});
