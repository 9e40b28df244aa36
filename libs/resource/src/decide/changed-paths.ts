import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import { pointerOf } from '../patch/json-pointer.js';

export const MAX_CHANGED_PATHS = 64;
const AND_MORE = '/…';

/** Where two states of an object differ, as JSON pointers; beyond 64 the last one says that there are more. */
export const changedPaths = (before: JsonObject, after: JsonObject): readonly string[] => {
  const comparison = new Comparison();
  comparison.objects(before, after);
  const { paths } = comparison;
  return paths.length > MAX_CHANGED_PATHS ? [...paths.slice(0, MAX_CHANGED_PATHS - 1), AND_MORE] : paths;
};

/** Walks two values side by side; a path becomes text only where they differ. */
class Comparison {
  readonly paths: string[] = [];
  private readonly at: string[] = [];

  objects(before: JsonObject, after: JsonObject): void {
    for (const member in before) {
      this.members(member, before[member], Object.hasOwn(after, member) ? after[member] : undefined);
    }
    for (const member in after) {
      if (!Object.hasOwn(before, member)) this.members(member, undefined, after[member]);
    }
  }

  private members(member: string, before: JsonValue | undefined, after: JsonValue | undefined): void {
    if (before === after || this.paths.length > MAX_CHANGED_PATHS) return;
    this.at.push(member);
    this.values(before, after);
    this.at.pop();
  }

  private values(before: JsonValue | undefined, after: JsonValue | undefined): void {
    if (isJsonObject(before) && isJsonObject(after)) this.objects(before, after);
    else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
      for (let i = 0; i < before.length; i++) {
        this.members(String(i), before[i] as JsonValue, after[i] as JsonValue);
      }
    } else this.paths.push(pointerOf(this.at));
  }
}
