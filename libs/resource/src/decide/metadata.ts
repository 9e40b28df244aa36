/** An object's metadata as the rules see it: known members of the right types, nothing empty. */
import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';

export type StringMap = Readonly<Record<string, string>>;

export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
};

/** In the order in which it is stored. A client's resourceVersion is read, never stored. */
export type Metadata = {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
};

export type ReadMetadata =
  | { readonly ok: true; readonly metadata: Metadata; readonly unknown: readonly string[] }
  | { readonly ok: false; readonly problem: string };

class WrongType extends Error {
  override readonly name = 'WrongType';
}

/** Reads `metadata` as a client sent it; members without a say here are named in `unknown` or silently left out. */
export const readMetadata = (value: JsonValue | undefined): ReadMetadata => {
  try {
    return { ok: true, ...knownMembers(value) };
  } catch (error) {
    if (!(error instanceof WrongType)) throw error;
    return { ok: false, problem: error.message };
  }
};

/** The metadata of an object that is stored; it was read when it was written. */
export const metadataOf = (object: JsonObject): Metadata => (object['metadata'] ?? {}) as Metadata;

const knownMembers = (sent: JsonValue | undefined): { metadata: Metadata; unknown: readonly string[] } => {
  const members = objectMember(sent, 'metadata');
  const metadata: Record<string, JsonValue> = {};
  const unknown: string[] = [];
  for (const [member, read, path] of readers) {
    const found = members[member];
    if (found === undefined || found === null) continue;
    const value = read(found, path);
    if (value !== undefined) metadata[member] = value;
  }
  for (const member in members) if (!known.has(member)) unknown.push(`metadata.${member}`);
  return { metadata: metadata, unknown };
};

type Reader = (value: JsonValue, path: string) => JsonValue | undefined;

const text: Reader = (value, path) => {
  if (typeof value !== 'string') throw wrongType(path, value, 'string');
  return value === '' ? undefined : value;
};

const integer: Reader = (value, path) => {
  if (!Number.isInteger(value)) throw wrongType(path, value, 'integer');
  return value;
};

const flag: Reader = (value, path) => {
  if (typeof value !== 'boolean') throw wrongType(path, value, 'boolean');
  return value;
};

const timestamp: Reader = (value, path) => {
  const written = text(value, path);
  if (typeof written === 'string' && Number.isNaN(Date.parse(written))) {
    throw new WrongType(`${path}: cannot parse ${JSON.stringify(written)} as a time`);
  }
  return written;
};

const textMap: Reader = (value, path) => {
  const entries = Object.entries(objectMember(value, path));
  if (entries.length === 0) return undefined;
  const map: Record<string, string> = {};
  for (const [key, item] of entries) {
    if (typeof item === 'string') map[key] = item;
    else if (item === null || item === undefined) map[key] = '';
    else throw wrongType(`${path}.${key}`, item, 'string');
  }
  return map;
};

const list =
  (item: (value: JsonValue, path: string) => JsonValue): Reader =>
  (value, path) => {
    if (!Array.isArray(value)) throw wrongType(path, value, 'array');
    const items = (value as readonly JsonValue[]).map((member, i) => item(member, `${path}[${i}]`));
    return items.length === 0 ? undefined : items;
  };

const ownerReference = (value: JsonValue, path: string): JsonObject => {
  const members = objectMember(value, path);
  const optional = (member: 'controller' | 'blockOwnerDeletion'): JsonObject => {
    const found = members[member];
    return found === undefined || found === null ? {} : { [member]: flag(found, `${path}.${member}`) };
  };
  return {
    apiVersion: text(members['apiVersion'] ?? '', `${path}.apiVersion`) ?? '',
    kind: text(members['kind'] ?? '', `${path}.kind`) ?? '',
    name: text(members['name'] ?? '', `${path}.name`) ?? '',
    uid: text(members['uid'] ?? '', `${path}.uid`) ?? '',
    ...optional('controller'),
    ...optional('blockOwnerDeletion'),
  };
};

const readers: readonly (readonly [keyof Metadata, Reader, path: string])[] = (
  [
    ['name', text],
    ['generateName', text],
    ['namespace', text],
    ['uid', text],
    ['resourceVersion', text],
    ['generation', integer],
    ['creationTimestamp', timestamp],
    ['deletionTimestamp', timestamp],
    ['deletionGracePeriodSeconds', integer],
    ['labels', textMap],
    ['annotations', textMap],
    ['ownerReferences', list(ownerReference)],
    ['finalizers', list((value, path) => text(value, path) ?? '')],
  ] satisfies [keyof Metadata, Reader][]
).map(([member, read]) => [member, read, `metadata.${member}`]);

/** Members of ObjectMeta that clients may send and nobody keeps. */
const dropped = ['managedFields', 'selfLink'];
const known: ReadonlySet<string> = new Set([...readers.map(([member]) => member), ...dropped]);

const objectMember = (value: JsonValue | undefined, path: string): JsonObject => {
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) throw wrongType(path, value, 'object');
  return value;
};

const wrongType = (path: string, value: JsonValue, expected: string): WrongType =>
  new WrongType(`${path}: expected ${expected}, got ${Array.isArray(value) ? 'array' : typeof value}`);
