/** How an accepted change becomes an event. */
import type { EventRecord, EventType, SelectorValues } from '@holdfast/contracts';
import { encodeObject } from '@holdfast/contracts';
import { jsonEquals } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { changedPaths } from './changed-paths.js';
import type { DecidedEvent, StoredObject } from './decision.js';
import { metadataOf } from './metadata.js';
import type { Scope } from './scope.js';
import { selectorValues } from './selector-values.js';

/** One event, from an object's state before (none for a new object) to the one after. */
export const eventOf = (
  scope: Scope,
  { type, before, object }: { type: EventType; before: StoredObject | undefined; object: JsonObject },
): DecidedEvent => {
  const { key, kind, version } = scope;
  const { uid = '' } = metadataOf(object);
  const after = selectorValues(kind, object);
  const record: EventRecord = {
    type,
    ...key,
    uid,
    kind: kind.kind,
    apiVersion: version.name,
    changed: before === undefined ? [] : changedPaths(before.object, object).filter((path) => path !== GENERATION),
    ...(before === undefined ? {} : { previous: before.version, ...wasOf(selectorValues(kind, before.object), after) }),
    ...(Object.keys(after.fields).length === 0 ? {} : { fields: after.fields }),
  };
  return { key, record, object, bytes: encodeObject(object) };
};

/** Follows from the rest of the event, so it is not told as a change of its own. */
const GENERATION = '/metadata/generation';

/** What kind of change leads from one state of an object to another that still exists. */
export const typeOfChange = (scope: Scope, before: JsonObject, after: JsonObject): EventType => {
  if (metadataOf(after).deletionTimestamp !== metadataOf(before).deletionTimestamp) return 'deletionRequested';
  if (changesSpec(scope, before, after)) return 'specChanged';
  return jsonEquals(before['status'], after['status']) ? 'metadataChanged' : 'statusChanged';
};

/** The spec is everything but the type, the metadata and, where it is the controller's, the status. */
export const changesSpec = ({ version }: Scope, before: JsonObject, after: JsonObject): boolean =>
  differ(before, after, version.status) || differ(after, before, version.status);

const differ = (a: JsonObject, b: JsonObject, hasStatus: boolean): boolean => {
  for (const member in a) {
    if (member === 'apiVersion' || member === 'kind' || member === 'metadata') continue;
    if (member === 'status' && hasStatus) continue;
    if (!jsonEquals(a[member], Object.hasOwn(b, member) ? b[member] : undefined)) return true;
  }
  return false;
};

const wasOf = (before: SelectorValues, after: SelectorValues): Pick<EventRecord, 'was'> => {
  const was = {
    ...(jsonEquals(before.labels, after.labels) ? {} : { labels: before.labels }),
    ...(jsonEquals(before.fields, after.fields) ? {} : { fields: before.fields }),
  };
  return Object.keys(was).length === 0 ? {} : { was };
};
