/**
 * One walk over an object: unknown fields are found and taken out, nulls that cannot be are taken out, missing values
 * with a default are filled in. What was given is never changed: parts that change are copied, the others are shared.
 */
import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import type { FieldTree } from './field-tree.js';

/** So many bytes of JSON may be filled in: a few bytes of a body must not become gigabytes. */
export const MAX_FILLED_BYTES = 1024 * 1024;
/** Unknown fields beyond this many are not listed. */
const MAX_UNKNOWN = 100;

export interface Completed {
  readonly value: JsonValue;
  /** Paths of the fields that were taken out because the schema does not know them: `spec.ports[0].prt`. */
  readonly unknown: readonly string[];
  /** Bytes of JSON that were filled in; beyond MAX_FILLED_BYTES the value is not complete. */
  readonly filled: number;
}

export const completeFields = (tree: FieldTree, value: JsonValue): Completed => {
  const walk = new Walk();
  const completed = walk.value(tree, value);
  return { value: completed, unknown: walk.unknown, filled: walk.filled };
};

class Walk {
  readonly unknown: string[] = [];
  filled = 0;
  private readonly path: (string | number)[] = [];

  value(tree: FieldTree, value: JsonValue): JsonValue {
    if (typeof value !== 'object' || value === null) return value;
    if (!isJsonObject(value)) return tree.items === undefined ? value : this.array(tree.items, value);
    return this.object(tree, value);
  }

  private array(tree: FieldTree, items: readonly JsonValue[]): JsonValue {
    let copy: JsonValue[] | undefined;
    for (let i = 0; i < items.length; i++) {
      const item = items[i] ?? null;
      this.path.push(i);
      const after = this.value(tree, item);
      this.path.pop();
      if (after !== item) {
        copy ??= [...items];
        copy[i] = after;
      }
    }
    return copy ?? items;
  }

  private object(tree: FieldTree, object: JsonObject): JsonValue {
    const names = Object.keys(object);
    let copy: Record<string, JsonValue> | undefined;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] ?? '';
      const before = object[name];
      const after = this.field(tree, name, before);
      if (after !== before) copy ??= firstMembers(object, names, i);
      if (copy !== undefined && after !== undefined) copy[name] = after;
    }
    for (const { name, value, bytes } of tree.fallbacks) {
      if (Object.hasOwn(copy ?? object, name)) continue;
      if (this.filled > MAX_FILLED_BYTES) break;
      this.filled += bytes;
      copy ??= firstMembers(object, names, names.length);
      copy[name] = value;
    }
    return copy ?? object;
  }

  /** The field as it stays, undefined when it goes. */
  private field(tree: FieldTree, name: string, value: JsonValue | undefined): JsonValue | undefined {
    if (value === undefined) return undefined;
    const field = tree.fields.get(name) ?? tree.otherFields;
    if (field === undefined) {
      if (tree.open) return value;
      if (this.unknown.length < MAX_UNKNOWN) this.unknown.push(pathText(this.path, name));
      return undefined;
    }
    if (value === null) return field.nullable ? value : undefined;
    if (typeof value !== 'object') return value;
    this.path.push(name);
    const after = this.value(field, value);
    this.path.pop();
    return after;
  }
}

const firstMembers = (object: JsonObject, names: readonly string[], count: number): Record<string, JsonValue> => {
  const copy: Record<string, JsonValue> = {};
  for (let i = 0; i < count; i++) {
    const name = names[i] ?? '';
    const value = object[name];
    if (value !== undefined) copy[name] = value;
  }
  return copy;
};

const pathText = (path: readonly (string | number)[], name: string): string => {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text === '' ? name : `${text}.${name}`;
};
