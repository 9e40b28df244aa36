import { isJsonObject, jsonEquals } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import { escapeToken } from '../patch/json-pointer.js';

export const MAX_CHANGED_PATHS = 64;
const AND_MORE = '/…';

/** Where two states of an object differ, as JSON pointers; beyond 64 the last one says that there are more. */
export const changedPaths = (before: JsonObject, after: JsonObject): readonly string[] => {
  const paths: string[] = [];
  collect(before, after, '', paths);
  return paths.length > MAX_CHANGED_PATHS ? [...paths.slice(0, MAX_CHANGED_PATHS - 1), AND_MORE] : paths;
};

const collect = (before: JsonValue | undefined, after: JsonValue | undefined, at: string, paths: string[]): void => {
  if (before === after || paths.length > MAX_CHANGED_PATHS) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of Object.keys(before)) collect(before[key], after[key], `${at}/${escapeToken(key)}`, paths);
    for (const key of Object.keys(after)) {
      if (before[key] === undefined) collect(undefined, after[key], `${at}/${escapeToken(key)}`, paths);
    }
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    before.forEach((item: JsonValue, i) => collect(item, after[i] as JsonValue, `${at}/${i}`, paths));
  } else if (!jsonEquals(before, after)) paths.push(at);
};
