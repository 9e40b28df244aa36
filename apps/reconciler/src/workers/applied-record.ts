/**
 * What a worker's answer had of a child, kept as an annotation of the child, so that what a later answer leaves out goes:
 * the names of the members, without their values. Members that somebody else added stay.
 */
import { isJsonObject, objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import type { DesiredChild, ObjectState } from '@holdfast/reconcile';

export const APPLIED = 'holdfast.dev/applied';

/** The child with its record, and without what the record of the one that exists names and the answer does not. */
export const withAppliedRecord = (child: DesiredChild, found: ObjectState | undefined): DesiredChild => {
  const { [APPLIED]: _ours, ...annotations } = child.annotations ?? {};
  const { labels = {}, content } = child;
  const desired: JsonObject = { ...content, metadata: { labels, annotations } };
  const { metadata, ...left } = found === undefined ? {} : leftOut(recordOf(found), desired, found.object);
  const leftMetadata = isJsonObject(metadata) ? metadata : {};
  return {
    ...child,
    content: merged(content, left),
    labels: { ...labels, ...removed(leftMetadata, 'labels') },
    annotations: {
      ...annotations,
      ...removed(leftMetadata, 'annotations'),
      [APPLIED]: JSON.stringify(namesIn(desired)),
    },
  };
};

/** Only objects have names in them; whatever else is replaced as a whole. */
const namesIn = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, isJsonObject(value) ? namesIn(value) : {}]));

/** Nothing when somebody has put something else there. */
const recordOf = ({ object }: ObjectState): JsonObject => {
  try {
    const record: unknown = JSON.parse(stringAt(objectAt(objectAt(object, 'metadata'), 'annotations'), APPLIED) ?? '');
    return isJsonObject(record) ? record : {};
  } catch {
    return {};
  }
};

/** As a merge patch. */
const leftOut = (record: JsonObject, desired: JsonObject, found: JsonObject): JsonObject => {
  const patch: Record<string, JsonValue> = {};
  for (const [name, below] of Object.entries(record)) {
    const value = found[name];
    if (value === undefined || !isJsonObject(below)) continue;
    const wanted = desired[name];
    if (wanted === undefined) patch[name] = removalOf(below, value);
    else if (isJsonObject(wanted) && isJsonObject(value)) {
      const part = leftOut(below, wanted, value);
      if (Object.keys(part).length > 0) patch[name] = part;
    }
  }
  return patch;
};

/** All of it, unless somebody else has something in it. */
const removalOf = (record: JsonObject, value: JsonValue): JsonValue => {
  if (!isJsonObject(value)) return null;
  const part = leftOut(record, {}, value);
  return Object.keys(value).every((name) => part[name] === null) ? null : part;
};

const merged = (content: JsonObject, patch: JsonObject): JsonObject => {
  const result: Record<string, JsonValue | undefined> = { ...content };
  for (const [name, part] of Object.entries(patch)) {
    const value = content[name];
    result[name] = isJsonObject(value) && isJsonObject(part) ? merged(value, part) : part;
  }
  return result;
};

const removed = (metadata: JsonObject, member: 'labels' | 'annotations'): Record<string, null> =>
  Object.fromEntries(Object.keys(objectAt(metadata, member)).map((name) => [name, null]));
