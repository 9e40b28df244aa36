import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';

/** RFC 7386: members are merged, null removes, anything else replaces. What did not change is shared, not copied. */
export const applyMergePatch = (value: JsonValue | undefined, patch: JsonObject): JsonObject => {
  const merged: Record<string, JsonValue | undefined> = isJsonObject(value) ? { ...value } : {};
  for (const [member, change] of Object.entries(patch)) {
    if (change === null) delete merged[member];
    else if (isJsonObject(change)) merged[member] = applyMergePatch(merged[member], change);
    else merged[member] = change;
  }
  return merged;
};
