/** Any value that JSON can carry. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object; members are read-only, since decisions never change what they were given. */
export interface JsonObject {
  readonly [member: string]: JsonValue | undefined;
}

/** Tells a JSON object from arrays, scalars and null. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member as an object, or an empty one when it is missing or of another type. */
export const objectAt = (value: JsonObject | undefined, member: string): JsonObject => {
  const found = value?.[member];
  return isJsonObject(found) ? found : {};
};

/** The member as a string, or undefined when it is missing or of another type. */
export const stringAt = (value: JsonObject | undefined, member: string): string | undefined => {
  const found = value?.[member];
  return typeof found === 'string' ? found : undefined;
};

/** Equality of JSON values: the order of members does not matter, the order of items does. */
export const jsonEquals = (a: JsonValue | undefined, b: JsonValue | undefined): boolean => {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) && a.length === b.length && a.every((item: JsonValue, i) => jsonEquals(item, b[i] as JsonValue))
    );
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const left = Object.keys(a).filter((key) => a[key] !== undefined);
  const right = Object.keys(b).filter((key) => b[key] !== undefined);
  return left.length === right.length && left.every((key) => Object.hasOwn(b, key) && jsonEquals(a[key], b[key]));
};
