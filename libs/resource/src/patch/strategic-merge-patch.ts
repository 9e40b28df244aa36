/**
 * Strategic merge patch, as the built-in kinds need it: members are merged, the lists below by key or as sets, other
 * lists are replaced; `$patch`, `$retainKeys`, `$deleteFromPrimitiveList/…` and `$setElementOrder/…` are understood.
 */
import { isJsonObject, jsonEquals } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import { PatchMismatch } from './patch.js';

type ListStrategy = { readonly by: 'key'; readonly key: string } | { readonly by: 'value' };

const lists: Readonly<Record<string, ListStrategy>> = {
  'metadata.finalizers': { by: 'value' },
  'metadata.ownerReferences': { by: 'key', key: 'uid' },
  'status.conditions': { by: 'key', key: 'type' },
};

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

export const applyStrategicMergePatch = (value: JsonObject, patch: JsonObject): JsonObject =>
  mergeObject(value, patch, '');

const mergeObject = (value: JsonValue | undefined, patch: JsonObject, path: string): JsonObject => {
  const directive = patch[DIRECTIVE];
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'replace' && directive !== 'merge') throw unknownDirective(patch, path);
  const base = directive === 'replace' || !isJsonObject(value) ? {} : retained(value, patch);
  const merged: Record<string, JsonValue | undefined> = { ...base };
  for (const [member, change] of Object.entries(patch)) {
    if (!member.startsWith('$')) mergeMember(merged, member, change, child(path, member));
  }
  for (const [member, change] of Object.entries(patch)) {
    if (member.startsWith(DELETE_FROM_LIST)) deleteFromList(merged, member.slice(DELETE_FROM_LIST.length), change);
    if (member.startsWith(ELEMENT_ORDER)) orderList(merged, member.slice(ELEMENT_ORDER.length), change, path);
  }
  return merged;
};

const mergeMember = (
  merged: Record<string, JsonValue | undefined>,
  member: string,
  change: JsonValue | undefined,
  path: string,
): void => {
  if (change === null || change === undefined) delete merged[member];
  else if (isJsonObject(change)) {
    if (change[DIRECTIVE] === 'delete') delete merged[member];
    else merged[member] = mergeObject(merged[member], change, path);
  } else if (Array.isArray(change)) merged[member] = mergeList(merged[member], change as readonly JsonValue[], path);
  else merged[member] = change;
};

const mergeList = (value: JsonValue | undefined, change: readonly JsonValue[], path: string): JsonValue => {
  const strategy = lists[path];
  const before = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
  if (strategy === undefined) return change;
  if (strategy.by === 'value') return [...before, ...change.filter((item) => !includes(before, item))];
  return mergeByKey(before, change, strategy.key, path);
};

const mergeByKey = (
  before: readonly JsonValue[],
  change: readonly JsonValue[],
  key: string,
  path: string,
): readonly JsonValue[] => {
  const replacesAll = change.some((item) => isJsonObject(item) && item[DIRECTIVE] === 'replace' && !(key in item));
  const merged: JsonValue[] = replacesAll ? [] : [...before];
  change.forEach((item, i) => {
    const at = `${path}[${i}]`;
    if (!isJsonObject(item)) throw new PatchMismatch(`must be an object with the merge key ${key}`, at);
    if (replacesAll && item[DIRECTIVE] === 'replace') return;
    if (item[key] === undefined) throw new PatchMismatch(`does not contain declared merge key: ${key}`, at);
    const found = merged.findIndex((other) => isJsonObject(other) && jsonEquals(other[key], item[key]));
    if (item[DIRECTIVE] === 'delete') {
      if (found !== -1) merged.splice(found, 1);
      return;
    }
    const result = mergeObject(merged[found], item, at);
    if (found === -1) merged.push(result);
    else merged[found] = result;
  });
  return merged;
};

const retained = (value: JsonObject, patch: JsonObject): JsonObject => {
  const keys = patch[RETAIN_KEYS];
  if (!Array.isArray(keys)) return value;
  return Object.fromEntries(Object.entries(value).filter(([member]) => includes(keys as readonly JsonValue[], member)));
};

const deleteFromList = (
  merged: Record<string, JsonValue | undefined>,
  member: string,
  gone: JsonValue | undefined,
): void => {
  const before = merged[member];
  if (!Array.isArray(before) || !Array.isArray(gone)) return;
  merged[member] = (before as readonly JsonValue[]).filter((item) => !includes(gone as readonly JsonValue[], item));
};

/** The named elements come in the named order, those that the patch did not know after them. */
const orderList = (
  merged: Record<string, JsonValue | undefined>,
  member: string,
  order: JsonValue | undefined,
  path: string,
): void => {
  const list = merged[member];
  const strategy = lists[child(path, member)];
  if (strategy === undefined || !Array.isArray(list) || !Array.isArray(order)) return;
  const items = list as readonly JsonValue[];
  const identity = (item: JsonValue): JsonValue | undefined =>
    strategy.by === 'key' && isJsonObject(item) ? item[strategy.key] : item;
  const named = (order as readonly JsonValue[]).flatMap((wanted) =>
    items.filter((item) => jsonEquals(identity(item), identity(wanted))),
  );
  merged[member] = [...named, ...items.filter((item) => !named.includes(item))];
};

const includes = (items: readonly JsonValue[], wanted: JsonValue): boolean =>
  items.some((item) => jsonEquals(item, wanted));

const child = (path: string, member: string): string => (path === '' ? member : `${path}.${member}`);

const unknownDirective = (patch: JsonObject, path: string): PatchMismatch =>
  new PatchMismatch(`unknown patch type found: ${JSON.stringify(patch[DIRECTIVE])}`, path === '' ? DIRECTIVE : path);
