/** Items of a set or of a map-like list that stand there twice, found in time linear in the list. */
import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';

export interface Duplicate {
  readonly index: number;
  /** The item, or of a map-like list its keys. */
  readonly value: JsonValue;
}

/** Without keys, items are compared whole. */
export const findDuplicates = (items: readonly JsonValue[], keys: readonly string[]): readonly Duplicate[] => {
  if (items.length < 2) return [];
  const seen = new Set<string>();
  const duplicates: Duplicate[] = [];
  for (let index = 0; index < items.length; index++) {
    const item = items[index] ?? null;
    if (keys.length > 0 && !isJsonObject(item)) continue;
    const before = seen.size;
    seen.add(keys.length === 0 ? canonicalText(item) : keyText(item as JsonObject, keys));
    if (seen.size === before) duplicates.push({ index, value: isJsonObject(item) ? identityOf(item, keys) : item });
  }
  return duplicates;
};

/** Keys are scalars, so their JSON texts, side by side, tell two items apart. */
const keyText = (item: JsonObject, keys: readonly string[]): string => {
  let text = '';
  for (const key of keys) text += `${JSON.stringify(item[key] ?? null)},`;
  return text;
};

const identityOf = (item: JsonObject, keys: readonly string[]): JsonObject =>
  keys.length === 0
    ? item
    : Object.fromEntries(keys.filter((key) => Object.hasOwn(item, key)).map((key) => [key, item[key]]));

/** The same text for equal values, whatever the order of their members. */
export const canonicalText = (value: JsonValue): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(value, (_key, part: JsonValue) =>
        isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
      )
    : JSON.stringify(value);
