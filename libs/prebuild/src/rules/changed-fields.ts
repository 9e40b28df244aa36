import { isJsonObject, jsonEquals } from '@holdfast/kernel';
import type { Cause, JsonObject } from '@holdfast/kernel';
import { forbidden } from '@holdfast/resource';

/** The paths below `path` at which two objects differ; lists are compared whole. */
export const changedFields = (before: JsonObject, after: JsonObject, path: string): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((member) => {
    const [old, now] = [before[member], after[member]];
    const field = `${path}.${member}`;
    if (isJsonObject(old) && isJsonObject(now)) return changedFields(old, now, field);
    return old !== undefined && now !== undefined && jsonEquals(old, now) ? [] : [field];
  });

/** Refuses every one of the changed fields, and says why. */
export const refuseChanges = (fields: readonly string[], why: string): readonly Cause[] =>
  fields.map((field) => forbidden(field, why));
