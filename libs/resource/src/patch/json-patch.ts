/**
 * RFC 6902 on values that must not change: a container is copied the first time an operation touches it, later
 * operations change that copy in place, so 10,000 operations cost no 10,000 copies.
 */
import { assertNever, isJsonObject, jsonEquals } from '@holdfast/kernel';
import type { JsonValue } from '@holdfast/kernel';
import { pointerOf } from './json-pointer.js';
import { PatchMismatch } from './patch.js';
import type { JsonPatchOperation } from './patch.js';

/** What all `copy` operations of one patch may add together: doubling copies would fill any memory. */
export const MAX_COPIED_BYTES = 3 * 1024 * 1024;
const MAX_DEPTH = 256;

type Container = Record<string, JsonValue> | JsonValue[];

/** The value after all operations; throws PatchMismatch at the first that does not fit. */
export const applyJsonPatch = (value: JsonValue, operations: readonly JsonPatchOperation[]): JsonValue => {
  const document = new PatchedDocument(value);
  operations.forEach((operation, index) => {
    const problem = document.apply(operation);
    if (problem !== undefined) throw new PatchMismatch(problem, `[${index}]`);
  });
  return document.root;
};

/** Nesting beyond what the product stores; counted to one level more at most. */
export const isTooDeep = (value: JsonValue, limit = MAX_DEPTH): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  return Object.values(value).some((item) => item !== undefined && isTooDeep(item, limit - 1));
};

class PatchedDocument {
  private readonly ours = new Set<Container>();
  private copied = 0;

  constructor(public root: JsonValue) {}

  /** Applies one operation, or says why it does not fit. */
  apply(operation: JsonPatchOperation): string | undefined {
    switch (operation.op) {
      case 'test':
        return this.test(operation.path, operation.value);
      case 'add':
        return this.add(operation.path, operation.value);
      case 'replace':
        return this.replace(operation.path, operation.value);
      case 'remove':
        return this.remove(operation.path);
      case 'move':
        return this.move(operation.from, operation.path);
      case 'copy':
        return this.copy(operation.from, operation.path);
      default:
        return assertNever(operation);
    }
  }

  private test(path: readonly string[], value: JsonValue): string | undefined {
    // A missing member equals null, as in the library that Kubernetes uses.
    const matches = jsonEquals(this.find(path) ?? null, value);
    return matches ? undefined : `testing value ${pointerOf(path)} failed`;
  }

  private add(path: readonly string[], value: JsonValue): string | undefined {
    const last = path.at(-1);
    if (last === undefined) {
      this.root = value;
      return undefined;
    }
    const parent = this.ownedParent(path);
    if (parent === undefined) return missing('add', 'path', path);
    if (!Array.isArray(parent)) {
      parent[last] = value;
      return undefined;
    }
    const index = last === '-' ? parent.length : arrayIndex(last);
    if (index === undefined || index > parent.length) return missing('add', 'index', path);
    parent.splice(index, 0, value);
    return undefined;
  }

  private replace(path: readonly string[], value: JsonValue): string | undefined {
    const last = path.at(-1);
    if (last === undefined) {
      this.root = value;
      return undefined;
    }
    if (this.find(path) === undefined) return missing('replace', 'key', path);
    const parent = this.ownedParent(path) as Record<string, JsonValue>;
    parent[last] = value;
    return undefined;
  }

  private remove(path: readonly string[]): string | undefined {
    const last = path.at(-1);
    if (last === undefined) return 'remove operation does not apply: the whole object cannot be removed';
    if (this.find(path) === undefined) return missing('remove', 'key', path);
    const parent = this.ownedParent(path) as Container;
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
    return undefined;
  }

  private move(from: readonly string[], path: readonly string[]): string | undefined {
    const value = this.find(from);
    if (value === undefined) return missing('move', 'key', from);
    if (isBelow(path, from)) return `move operation does not apply: ${pointerOf(path)} lies inside ${pointerOf(from)}`;
    if (isTooDeep(value, MAX_DEPTH - path.length)) return tooDeep(path);
    return this.remove(from) ?? this.add(path, value);
  }

  private copy(from: readonly string[], path: readonly string[]): string | undefined {
    const value = this.find(from);
    if (value === undefined) return missing('copy', 'key', from);
    if (isTooDeep(value, MAX_DEPTH - path.length)) return tooDeep(path);
    const copy = this.cloned(value);
    if (this.copied > MAX_COPIED_BYTES) return `copy operations add more than ${MAX_COPIED_BYTES} bytes`;
    return this.add(path, copy);
  }

  /** A copy that shares nothing, since both may change later; gives up once too much was copied. */
  private cloned(value: JsonValue): JsonValue {
    this.copied += typeof value === 'string' ? value.length + 2 : 4;
    if (this.copied > MAX_COPIED_BYTES || typeof value !== 'object' || value === null) return value;
    if (!isJsonObject(value)) return value.map((item) => this.cloned(item));
    const clone: Record<string, JsonValue> = {};
    for (const [key, item] of Object.entries(value)) {
      this.copied += key.length + 4;
      if (item !== undefined) clone[key] = this.cloned(item);
    }
    return clone;
  }

  private find(path: readonly string[]): JsonValue | undefined {
    let at: JsonValue | undefined = this.root;
    for (const token of path) at = at === undefined ? undefined : childOf(at, token);
    return at;
  }

  /** The container that holds the path's last token, safe to change, and everything above it too. */
  private ownedParent(path: readonly string[]): Container | undefined {
    let at = this.owned(this.root);
    if (at === undefined) return undefined;
    this.root = at;
    for (const token of path.slice(0, -1)) {
      const child = childOf(at, token);
      const next: Container | undefined = child === undefined ? undefined : this.owned(child);
      if (next === undefined) return undefined;
      if (Array.isArray(at)) at[Number(token)] = next;
      else at[token] = next;
      at = next;
    }
    return at;
  }

  private owned(value: JsonValue): Container | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    // What stands in `ours` was copied here, so changing it changes nobody else's value.
    if (this.ours.has(value as Container)) return value as Container;
    const copy: Container = isJsonObject(value) ? ({ ...value } as Record<string, JsonValue>) : [...value];
    this.ours.add(copy);
    return copy;
  }
}

const childOf = (value: JsonValue, token: string): JsonValue | undefined => {
  if (Array.isArray(value)) {
    const index = arrayIndex(token);
    return index === undefined ? undefined : (value as readonly JsonValue[])[index];
  }
  return isJsonObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
};

const arrayIndex = (token: string): number | undefined =>
  /^(0|[1-9][0-9]{0,8})$/.test(token) ? Number(token) : undefined;

const isBelow = (path: readonly string[], ancestor: readonly string[]): boolean =>
  path.length > ancestor.length && ancestor.every((token, i) => token === path[i]);

const missing = (op: string, what: 'path' | 'key' | 'index', path: readonly string[]): string =>
  `${op} operation does not apply: doc is missing ${what}: ${pointerOf(path)}: missing value`;

const tooDeep = (path: readonly string[]): string => `${pointerOf(path)} would nest deeper than ${MAX_DEPTH} levels`;
