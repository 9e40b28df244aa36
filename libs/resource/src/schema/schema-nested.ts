/** What stands below allOf, anyOf, oneOf and not: it restricts values, and must neither shape them nor name new ones. */
import { isJsonObject, objectAt } from '@holdfast/kernel';
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';
import { forbidden, requiredValue } from '../refusal/causes.js';
import type { PatternCheck } from './patterns.js';
import { checkKeywords } from './schema-keywords.js';

export const isIntOrString = (schema: JsonObject): boolean => schema['x-kubernetes-int-or-string'] === true;

/** Keywords that shape a value, and what they must be instead. */
const shaping = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['externalDocs', 'must be undefined to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
] as const;

/** Checks everything below the junctors of a schema that is not itself below one. */
export const checkNested = (schema: JsonObject, path: string, patterns: PatternCheck): readonly Cause[] =>
  junctions(schema, path).flatMap((nested) => {
    // The two ways in which an int-or-string may say once more what it is.
    if (isIntOrString(schema) && isIntOrStringPattern(schema, nested.path, path)) return [];
    return nestedCauses(nested, schema, patterns);
  });

interface Nested {
  readonly schema: JsonObject;
  readonly path: string;
}

const junctions = (schema: JsonObject, path: string): readonly Nested[] => [
  ...['allOf', 'anyOf', 'oneOf'].flatMap((junctor) =>
    listAt(schema, junctor)
      .filter(isJsonObject)
      .map((branch, i) => ({ schema: branch, path: `${path}.${junctor}[${i}]` })),
  ),
  ...(isJsonObject(schema['not']) ? [{ schema: schema['not'], path: `${path}.not` }] : []),
];

/** `shape` is the schema that gives the same value its shape; undefined when nothing does. */
const nestedCauses = (
  { schema, path }: Nested,
  shape: JsonObject | undefined,
  patterns: PatternCheck,
): readonly Cause[] => {
  const keywords = checkKeywords(schema, path, patterns);
  if (keywords.length > 0) return keywords;
  const { items } = schema;
  const properties = Object.entries(objectAt(schema, 'properties'));
  return [
    ...shaping
      .filter(([keyword]) => isSaid(schema[keyword]))
      .map(([keyword, detail]) => forbidden(`${path}.${keyword}`, detail)),
    ...properties.flatMap(([name, property]): readonly Cause[] => {
      const at = `${path}.properties[${name}]`;
      if (name === 'metadata') return [forbidden(at, 'must not be specified in a nested context')];
      if (!isJsonObject(property)) return [];
      return nestedCauses({ schema: property, path: at }, shapeOf(shape, name), patterns);
    }),
    ...properties
      .filter(([name]) => shape !== undefined && shapeOf(shape, name) === undefined)
      .map(([name]) => requiredValue(`properties[${name}]`, `because it is defined in ${path}.properties[${name}]`)),
    ...(isJsonObject(items) ? nestedCauses({ schema: items, path: `${path}.items` }, itemsOf(shape), patterns) : []),
    ...junctions(schema, path).flatMap((nested) => nestedCauses(nested, shape, patterns)),
  ];
};

const isSaid = (value: JsonValue | undefined): boolean =>
  value !== undefined && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);

const shapeOf = (shape: JsonObject | undefined, name: string): JsonObject | undefined => {
  const properties = objectAt(shape, 'properties');
  const property = Object.hasOwn(properties, name) ? properties[name] : shape?.['additionalProperties'];
  if (isJsonObject(property)) return property;
  return shape?.['x-kubernetes-preserve-unknown-fields'] === true ? ANYTHING : undefined;
};

const itemsOf = (shape: JsonObject | undefined): JsonObject | undefined => {
  const items = shape?.['items'];
  return isJsonObject(items) ? items : undefined;
};

const ANYTHING: JsonObject = { 'x-kubernetes-preserve-unknown-fields': true };

const isIntOrStringPattern = (schema: JsonObject, nestedPath: string, path: string): boolean => {
  if (nestedPath.startsWith(`${path}.anyOf[`)) return saysIntOrString(schema);
  const [first] = listAt(schema, 'allOf').filter(isJsonObject);
  return nestedPath === `${path}.allOf[0]` && first !== undefined && saysIntOrString(first);
};

const saysIntOrString = (schema: JsonObject): boolean =>
  JSON.stringify(schema['anyOf'] ?? null) === '[{"type":"integer"},{"type":"string"}]';

const listAt = (schema: JsonObject, member: string): readonly JsonValue[] => {
  const list = schema[member];
  return Array.isArray(list) ? (list as readonly JsonValue[]) : [];
};
