/**
 * Whether a schema is structural, as the Kubernetes API asks of every kind: each value's type stands at the value
 * itself, and what stands below allOf, anyOf, oneOf and not only restricts it. So unknown fields can be told, and
 * defaults filled in. The paths and words of the complaints are those of Kubernetes.
 */
import { isJsonObject, objectAt } from '@holdfast/kernel';
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';
import { forbidden, invalidValue, requiredValue, tooMany, unsupportedValue } from '../refusal/causes.js';
import { PatternCheck } from './patterns.js';
import { checkDefaults } from './schema-defaults.js';
import type { SchemaDefault } from './schema-defaults.js';
import { checkLists } from './schema-lists.js';
import { checkKeywords } from './schema-keywords.js';
import { checkNested, isIntOrString } from './schema-nested.js';

/** Schemas within one schema: more would take too long to compile. */
const MAX_SCHEMA_NODES = 10_000;
/** Complaints beyond this many are not listed. */
const MAX_CAUSES = 100;

/** Everything that keeps a kind's `openAPIV3Schema` from being used; `path` is where it stands. */
export const checkStructural = (schema: JsonObject, path: string): readonly Cause[] => {
  const nodes = countNodes(schema);
  if (nodes > MAX_SCHEMA_NODES) return [tooMany(path, nodes, MAX_SCHEMA_NODES)];
  const check = new StructuralCheck();
  check.node(schema, 'root', path);
  // Values are only held against a schema that can be compiled.
  const causes = check.causes.length > 0 ? check.causes : checkDefaults(check.defaults);
  return causes.slice(0, MAX_CAUSES);
};

/** Where a schema stands: what may be said there differs. */
type Level = 'root' | 'item' | 'field';

class StructuralCheck {
  readonly causes: Cause[] = [];
  readonly defaults: SchemaDefault[] = [];
  private readonly patterns = new PatternCheck();

  node(schema: JsonObject, level: Level, path: string): void {
    const keywords = checkKeywords(schema, path, this.patterns);
    this.causes.push(...keywords);
    // The rest would stumble over keywords of the wrong type.
    if (keywords.length > 0) return;
    this.causes.push(
      ...checkType(schema, level, path),
      ...checkUnsupported(schema, level, path),
      ...checkExtensions(schema, path),
      ...checkLists(schema, path),
      ...checkNested(schema, path, this.patterns),
      ...checkIdentity(schema, level, path),
    );
    if ((schema['default'] ?? undefined) !== undefined) this.defaults.push({ schema, path });
    this.children(schema, level, path);
  }

  private children(schema: JsonObject, level: Level, path: string): void {
    for (const [name, property] of Object.entries(objectAt(schema, 'properties'))) {
      // The metadata of an object is not the kind's to shape: it was checked with its owner.
      if (name === 'metadata' && level === 'root') continue;
      if (isJsonObject(property)) this.node(property, 'field', `${path}.properties[${name}]`);
    }
    const { items, additionalProperties } = schema;
    if (isJsonObject(items)) this.node(items, 'item', `${path}.items`);
    if (isJsonObject(additionalProperties)) this.node(additionalProperties, 'field', `${path}.additionalProperties`);
  }
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

const missingType = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

const checkType = (schema: JsonObject, level: Level, path: string): readonly Cause[] => {
  const { type, items } = schema;
  const at = `${path}.type`;
  if (type === 'null') return [forbidden(at, 'type cannot be set to null, use nullable as an alternative')];
  if (type === undefined || type === '') {
    if (isIntOrString(schema) || schema['x-kubernetes-preserve-unknown-fields'] === true) return [];
    return [requiredValue(at, missingType[level])];
  }
  if (!TYPES.some((known) => known === type)) return [unsupportedValue(at, type, TYPES)];
  return [
    ...(level === 'root' && type !== 'object' ? [invalidValue(at, type, 'must be object at the root')] : []),
    ...(type === 'array' && items === undefined ? [requiredValue(`${path}.items`, 'must be specified')] : []),
    ...(isIntOrString(schema) ? [invalidValue(at, type, 'must be empty if x-kubernetes-int-or-string is true')] : []),
  ];
};

/** What OpenAPI has and structural schemas have not. */
const unsupported = ['$ref', 'additionalItems', 'definitions', 'dependencies', 'id', 'patternProperties'];

const checkUnsupported = (schema: JsonObject, level: Level, path: string): readonly Cause[] => {
  const { additionalProperties } = schema;
  const at = `${path}.additionalProperties`;
  return [
    ...unsupported
      .filter((keyword) => schema[keyword] !== undefined)
      .map((keyword) => forbidden(`${path}.${keyword}`, `${keyword} is not supported`)),
    ...(schema['uniqueItems'] === true
      ? [
          forbidden(
            `${path}.uniqueItems`,
            'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
          ),
        ]
      : []),
    ...(additionalProperties === false ? [forbidden(at, 'additionalProperties cannot be set to false')] : []),
    ...(additionalProperties !== undefined && schema['properties'] !== undefined
      ? [forbidden(at, 'additionalProperties and properties are mutual exclusive')]
      : []),
    ...(additionalProperties !== undefined && level === 'root' ? [forbidden(at, 'must not be used at the root')] : []),
  ];
};

const checkExtensions = (schema: JsonObject, path: string): readonly Cause[] => {
  const { type, additionalProperties } = schema;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const preserving = schema['x-kubernetes-preserve-unknown-fields'];
  const at = (keyword: string): string => `${path}.${keyword}`;
  const causes: Cause[] = [];
  if (preserving === false) {
    causes.push(invalidValue(at('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'));
  }
  if (isIntOrString(schema) && preserving === true) {
    causes.push(
      invalidValue(
        at('x-kubernetes-preserve-unknown-fields'),
        true,
        'must be false if x-kubernetes-int-or-string is true',
      ),
    );
  }
  if (!embedded) return causes;
  if (isIntOrString(schema)) {
    causes.push(
      invalidValue(at('x-kubernetes-embedded-resource'), true, 'must be false if x-kubernetes-int-or-string is true'),
    );
  }
  if (type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    causes.push(type === undefined ? requiredValue(at('type'), detail) : invalidValue(at('type'), type, detail));
  }
  if (additionalProperties !== undefined) {
    causes.push(forbidden(at('additionalProperties'), 'must not be used if x-kubernetes-embedded-resource is set'));
  }
  if (preserving !== true && Object.keys(objectAt(schema, 'properties')).length === 0) {
    causes.push(
      requiredValue(
        at('properties'),
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  }
  return causes;
};

/** apiVersion, kind and metadata of an object are given; a kind may restrict the name's text and nothing else. */
const checkIdentity = (schema: JsonObject, level: Level, path: string): readonly Cause[] => {
  if (level !== 'root' && schema['x-kubernetes-embedded-resource'] !== true) return [];
  const properties = objectAt(schema, 'properties');
  const wrong = (member: string, type: string): readonly Cause[] => {
    const property = properties[member];
    if (!isJsonObject(property) || property['type'] === type) return [];
    return [invalidValue(`${path}.properties[${member}].type`, property['type'] ?? '', `must be ${type}`)];
  };
  return [
    ...wrong('apiVersion', 'string'),
    ...wrong('kind', 'string'),
    ...wrong('metadata', 'object'),
    ...(level === 'root' && !isNameOnly(properties['metadata'])
      ? [
          forbidden(
            `${path}.properties[metadata]`,
            'must not specify anything other than name and generateName, but metadata is implicitly specified',
          ),
        ]
      : []),
  ];
};

const isNameOnly = (metadata: JsonValue | undefined): boolean => {
  if (!isJsonObject(metadata)) return true;
  const { type: _type, properties: _properties, description: _description, ...others } = metadata;
  const named = Object.keys(objectAt(metadata, 'properties'));
  return Object.keys(others).length === 0 && named.every((name) => name === 'name' || name === 'generateName');
};

/** Schemas within the schema, itself included. */
const countNodes = (value: JsonValue | undefined): number => {
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).reduce<number>((sum, item) => sum + countNodes(item), 0);
  if (!isJsonObject(value)) return 0;
  let nodes = 1;
  for (const keyword in value) if (keyword !== 'default' && keyword !== 'enum') nodes += countNodes(value[keyword]);
  return nodes;
};
