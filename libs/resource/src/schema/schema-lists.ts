/** How lists and maps are merged and compared: `x-kubernetes-list-type`, `-list-map-keys` and `-map-type`. */
import { isJsonObject, objectAt } from '@holdfast/kernel';
import type { Cause, JsonObject } from '@holdfast/kernel';
import { duplicateValue, forbidden, invalidValue, requiredValue, unsupportedValue } from '../refusal/causes.js';

const LIST_TYPE = 'x-kubernetes-list-type';
const MAP_KEYS = 'x-kubernetes-list-map-keys';
const MAP_TYPE = 'x-kubernetes-map-type';
const SCALARS = ['boolean', 'integer', 'number', 'string'];

export const checkLists = (schema: JsonObject, path: string): readonly Cause[] => [
  ...checkListType(schema, path),
  ...checkMapType(schema, path),
];

const checkListType = (schema: JsonObject, path: string): readonly Cause[] => {
  const listType = schema[LIST_TYPE];
  const at = `${path}.${LIST_TYPE}`;
  const keys = keysOf(schema);
  if (listType === undefined) {
    return keys.length === 0 ? [] : [requiredValue(at, `must be map if ${MAP_KEYS} is non-empty`)];
  }
  const type = schema['type'];
  const items = objectAt(schema, 'items');
  const causes: Cause[] = [];
  if (listType !== 'atomic' && listType !== 'set' && listType !== 'map') {
    causes.push(unsupportedValue(at, listType, ['atomic', 'map', 'set']));
  }
  if (type !== 'array') {
    const detail = `must be array if ${LIST_TYPE} is specified`;
    causes.push(
      type === undefined ? requiredValue(`${path}.type`, detail) : invalidValue(`${path}.type`, type, detail),
    );
  }
  if (listType === 'set') causes.push(...checkSetItems(items, `${path}.items`));
  if (listType === 'map') causes.push(...checkMapItems(items, keys, path));
  else if (keys.length > 0) {
    causes.push(
      forbidden(`${path}.${MAP_KEYS}`, `must not be specified if ${LIST_TYPE} is ${JSON.stringify(listType)}`),
    );
  }
  return causes;
};

/** Items of a set are compared whole, so nothing in them may be merged. */
const checkSetItems = (items: JsonObject, path: string): readonly Cause[] => {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  if (items['nullable'] === true) {
    return [forbidden(`${path}.nullable`, `cannot be nullable when ${LIST_TYPE} is set`)];
  }
  if (items['type'] === 'object' && items[MAP_TYPE] !== 'atomic') {
    return [forbidden(`${path}.${MAP_TYPE}`, detail)];
  }
  if (items['type'] === 'array' && (items[LIST_TYPE] ?? 'atomic') !== 'atomic') {
    return [forbidden(`${path}.${LIST_TYPE}`, detail)];
  }
  return [];
};

const checkMapItems = (items: JsonObject, keys: readonly string[], path: string): readonly Cause[] => {
  const at = `${path}.${MAP_KEYS}`;
  if (items['type'] !== 'object') {
    return [
      invalidValue(`${path}.items.type`, items['type'] ?? '', `must be object if parent array's ${LIST_TYPE} is map`),
    ];
  }
  if (keys.length === 0) return [requiredValue(at, `must not be empty if ${LIST_TYPE} is map`)];
  const properties = objectAt(items, 'properties');
  const required = items['required'];
  return keys.flatMap((key, i): readonly Cause[] => {
    if (keys.indexOf(key) !== i) return [duplicateValue(`${at}[${i}]`, key)];
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!isJsonObject(property)) return [invalidValue(at, keys, 'entries must all be names of item properties')];
    const field = `${path}.items.properties[${key}]`;
    if (!SCALARS.some((type) => type === property['type'])) {
      const detail = `must be a scalar type if parent array's ${LIST_TYPE} is map`;
      return [invalidValue(`${field}.type`, property['type'] ?? '', detail)];
    }
    if (property['nullable'] === true) {
      return [forbidden(`${field}.nullable`, `this property is in ${MAP_KEYS}, so it cannot be nullable`)];
    }
    const isThere = property['default'] !== undefined || (Array.isArray(required) && required.includes(key));
    if (isThere) return [];
    return [
      requiredValue(
        `${field}.default`,
        `this property is in ${MAP_KEYS}, so it must have a default or be a required property`,
      ),
    ];
  });
};

const checkMapType = (schema: JsonObject, path: string): readonly Cause[] => {
  const mapType = schema[MAP_TYPE];
  if (mapType === undefined) return [];
  const type = schema['type'];
  return [
    ...(mapType === 'granular' || mapType === 'atomic'
      ? []
      : [unsupportedValue(`${path}.${MAP_TYPE}`, mapType, ['atomic', 'granular'])]),
    ...(type === 'object'
      ? []
      : [invalidValue(`${path}.type`, type ?? '', `must be object if ${MAP_TYPE} is specified`)]),
  ];
};

const keysOf = (schema: JsonObject): readonly string[] => {
  const keys = schema[MAP_KEYS];
  return Array.isArray(keys) ? (keys as readonly string[]) : [];
};
