/** The OpenAPI schema of a kind as JSON Schema for Ajv: only what decides whether a value is valid. */
import { isJsonObject, objectAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import type { Measured, Repeated } from './keywords.js';
import { objectMetaSchema } from './object-meta.js';

/** Subtrees of at least this many schemas become validators of their own, compiled when a value first reaches them. */
const SEPARATE_FROM = 60;
/** An object whose fields hold at least this many schemas has a validator for each field. */
const WIDE_FROM = 250;

/** A schema for Ajv. Values are JSON, but for `separately`, which holds another of these. */
export type JsonSchema = { [keyword: string]: unknown };

/** The schema of a whole object; `metadata` is checked as every object's, whatever the kind says. */
export const objectJsonSchema = (schema: JsonObject): JsonSchema => {
  const { result } = structural({
    ...schema,
    type: 'object',
    properties: { ...objectAt(schema, 'properties'), ...identity, metadata: objectMetaSchema },
  });
  return result;
};

/** The schema of any value. */
export const valueJsonSchema = (schema: JsonObject): JsonSchema => structural(schema).result;

const identity = { apiVersion: { type: 'string' }, kind: { type: 'string' } };

/** Keywords that mean the same in both. */
const shared = [
  'maxItems',
  'maxLength',
  'maxProperties',
  'minItems',
  'minLength',
  'minProperties',
  'multipleOf',
  'pattern',
  'required',
];

const structural = (schema: JsonObject): Measured => {
  const rules = valueRules(schema);
  const result: JsonSchema = { ...typeOf(schema), ...rules.result, ...listRules(schema) };
  const properties = propertiesOf(schema);
  if (properties.size > 0) result['properties'] = properties.result;
  const items = repeatedParts(schema, structural, true);
  return { result: { ...result, ...items.result }, size: 1 + rules.size + properties.size + items.size };
};

/** What is gone through once an item, not once an object, counts its work. */
const repeatedParts = (schema: JsonObject, convert: (part: JsonObject) => Measured, bounded: boolean): Measured => {
  const result: JsonSchema = {};
  let size = 0;
  for (const keyword of ['items', 'additionalProperties']) {
    const part = schema[keyword];
    if (!isJsonObject(part)) continue;
    const converted = convert(part);
    const repeated: Repeated = { cost: converted.size, bounded };
    result[keyword] = { ...converted.result, repeated };
    size += converted.size;
  }
  return { result, size };
};

/** Large properties are validated separately, and all of them where they are large together. */
const propertiesOf = (schema: JsonObject): Measured => {
  const properties = Object.entries(objectAt(shaped(schema), 'properties')).flatMap(([name, property]) =>
    isJsonObject(property) ? [{ name, ...structural(property) }] : [],
  );
  const inline = properties.reduce((sum, { size }) => sum + (size < SEPARATE_FROM ? size : 0), 0);
  const largest = inline < WIDE_FROM ? SEPARATE_FROM : 0;
  const separate = ({ size }: Measured): boolean => size >= largest;
  return {
    result: Object.fromEntries(
      properties.map((property) => [
        property.name,
        separate(property) ? { separately: property satisfies Measured } : property.result,
      ]),
    ),
    size: properties.reduce((sum, property) => sum + (separate(property) ? 1 : property.size), 0),
  };
};

/** What an embedded resource has even if its schema does not say so. */
const shaped = (schema: JsonObject): JsonObject =>
  schema['x-kubernetes-embedded-resource'] === true
    ? { properties: { ...objectAt(schema, 'properties'), ...identity, metadata: objectMetaSchema } }
    : schema;

const typeOf = (schema: JsonObject): JsonSchema => {
  const { type, nullable } = schema;
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  return {
    ...(intOrString ? { type: ['integer', 'string'] } : type === undefined ? {} : { type }),
    ...(nullable === true ? { nullable } : {}),
  };
};

const valueRules = (schema: JsonObject): Measured => {
  const result: JsonSchema = {};
  for (const keyword of shared) if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
  if (schema['enum'] !== undefined) result['among'] = schema['enum'];
  if (schema['x-kubernetes-embedded-resource'] === true) {
    result['required'] = [...new Set([...listAt(schema, 'required'), 'apiVersion', 'kind', 'metadata'])];
  }
  if (typeof schema['format'] === 'string') result['format'] = schema['format'];
  // OpenAPI 3.0 says with a boolean beside the limit what JSON Schema says with a limit of its own.
  for (const [limit, exclusive] of limits) {
    if (schema[limit] !== undefined) result[schema[exclusive] === true ? exclusive : limit] = schema[limit];
  }
  const junctions = junctionsOf(schema);
  return { result: { ...result, ...junctions.result }, size: junctions.size + listAt(schema, 'required').length };
};

const junctionsOf = (schema: JsonObject): Measured => {
  const result: JsonSchema = {};
  let size = 0;
  for (const junctor of ['allOf', 'anyOf', 'oneOf']) {
    const branches = listAt(schema, junctor).filter(isJsonObject).map(nested);
    if (branches.length > 0) result[junctor] = branches.map((branch) => branch.result);
    size += sizeOf(branches);
  }
  if (!isJsonObject(schema['not'])) return { result, size };
  const not = nested(schema['not']);
  return { result: { ...result, not: not.result }, size: size + not.size };
};

const sizeOf = (parts: readonly Measured[]): number => parts.reduce((sum, { size }) => sum + size, 0);

const limits = [
  ['maximum', 'exclusiveMaximum'],
  ['minimum', 'exclusiveMinimum'],
] as const;

/** Below allOf, anyOf, oneOf and not stand rules about values only, which give no value its shape. */
const nested = (schema: JsonObject): Measured => {
  const rules = valueRules(schema);
  const result: JsonSchema = { ...typeOf(schema), ...rules.result };
  const properties = Object.entries(objectAt(schema, 'properties')).flatMap(([name, property]) =>
    isJsonObject(property) ? [{ name, ...nested(property) }] : [],
  );
  if (properties.length > 0) {
    result['properties'] = Object.fromEntries(properties.map((property) => [property.name, property.result]));
  }
  // An error below a junctor may be forgotten again, so they do not end the validation.
  const items = repeatedParts(schema, nested, false);
  return { result: { ...result, ...items.result }, size: 1 + rules.size + sizeOf(properties) + items.size };
};

const listRules = (schema: JsonObject): JsonSchema => {
  const keys = listAt(schema, 'x-kubernetes-list-map-keys');
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return { distinct: [] };
    case 'map':
      return keys.length === 0 ? {} : { distinct: keys };
    default:
      return {};
  }
};

const listAt = (schema: JsonObject, member: string): readonly JsonValue[] => {
  const list = schema[member];
  return Array.isArray(list) ? (list as readonly JsonValue[]) : [];
};
