/** A schema that has become stricter must not hold up every change of the objects that were there before. */
import { isJsonObject, jsonEquals } from '@holdfast/kernel';
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';

/** The complaints about what a change has touched; faults that stand exactly as before are let through. */
export const newFaults = (causes: readonly Cause[], object: JsonObject, before: JsonObject): readonly Cause[] =>
  causes.filter((cause) => !isOld(cause, object, before));

const isOld = ({ field = '', reason }: Cause, object: JsonObject, before: JsonObject): boolean => {
  const tokens = tokensOf(field);
  // What is missing cannot be compared, so all around it must be as it was.
  const place = reason === 'FieldValueRequired' ? tokens.slice(0, -1) : tokens;
  const value = find(object, place);
  return place.length > 0 && value !== undefined && jsonEquals(value, find(before, place));
};

/** `spec.ports[0].name` in its parts; a key with a dot in it is taken apart too, and then not found. */
const tokensOf = (field: string): readonly string[] =>
  field
    .replaceAll(/\[([^\]]*)\]/g, '.$1')
    .split('.')
    .filter((token) => token !== '');

const find = (object: JsonObject, path: readonly string[]): JsonValue | undefined => {
  let value: JsonValue | undefined = object;
  for (const token of path) {
    if (Array.isArray(value)) value = (value as readonly JsonValue[])[Number(token)];
    else value = isJsonObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
  }
  return value;
};
