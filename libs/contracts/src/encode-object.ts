import type { JsonObject } from '@holdfast/kernel';

/**
 * The stored bytes of an object: apiVersion, kind and metadata first, whatever its other members are called
 * (JavaScript would put a member named `0` before them).
 */
export const encodeObject = (object: JsonObject): Buffer => {
  if (beginsInOrder(object)) return Buffer.from(JSON.stringify(object));
  const { apiVersion, kind, metadata, ...rest } = object;
  const members = JSON.stringify(rest);
  const opening = `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)},"metadata":${JSON.stringify(metadata)}`;
  return Buffer.from(members === '{}' ? `${opening}}` : `${opening},${members.slice(1)}`);
};

const FIRST_MEMBERS = ['apiVersion', 'kind', 'metadata'];

/** True of nearly every object, and then one pass is enough. */
const beginsInOrder = (object: JsonObject): boolean => {
  let i = 0;
  for (const member in object) {
    if (member !== FIRST_MEMBERS[i]) return false;
    i += 1;
    if (i === FIRST_MEMBERS.length) return true;
  }
  return false;
};
