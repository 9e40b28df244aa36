import type { JsonObject } from '@holdfast/kernel';

/**
 * The stored bytes of an object: apiVersion, kind and metadata first, whatever its other members are called
 * (JavaScript would put a member named `0` before them).
 */
export const encodeObject = (object: JsonObject): Buffer => {
  const { apiVersion, kind, metadata, ...rest } = object;
  const members = JSON.stringify(rest);
  const opening = `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)},"metadata":${JSON.stringify(metadata)}`;
  return Buffer.from(members === '{}' ? `${opening}}` : `${opening},${members.slice(1)}`);
};
