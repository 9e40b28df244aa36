/** How an accepted change becomes an event. */
import type { EventRecord, EventType, SelectorValues } from '@holdfast/contracts';
import { encodeObject } from '@holdfast/contracts';
import { jsonEquals } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { selectorValues } from '../selectors/selector-values.js';
import { changedPaths } from './changed-paths.js';
import type { DecidedEvent, StoredObject } from './decision.js';
import { metadataOf } from './metadata.js';
import type { Scope } from './scope.js';

export interface Change {
  readonly type: EventType;
  /** The state before; none for a new object. */
  readonly before: StoredObject | undefined;
  readonly object: JsonObject;
  /** Where the two differ. */
  readonly changed: readonly string[];
}

/** The event of one change. */
export const eventOf = (scope: Scope, { type, before, object, changed }: Change): DecidedEvent => {
  const { key, kind, version } = scope;
  const { uid = '' } = metadataOf(object);
  const after = selectorValues(kind, object);
  const record: EventRecord = {
    type,
    ...key,
    uid,
    kind: kind.kind,
    apiVersion: version.name,
    changed,
    ...(before === undefined ? {} : { previous: before.version, ...wasOf(selectorValues(kind, before.object), after) }),
    ...(isEmpty(after.fields) ? {} : { fields: after.fields }),
  };
  return { key, record, object, bytes: encodeObject(object) };
};

/** Where two states differ, but for the generation: that follows from the rest. */
export const changesBetween = (before: JsonObject, after: JsonObject): readonly string[] => {
  const paths = changedPaths(before, after);
  return paths.includes(GENERATION) ? paths.filter((path) => path !== GENERATION) : paths;
};

const GENERATION = '/metadata/generation';

/** What kind of change leads from one state of an object to another that still exists. */
export const typeOfChange = (scope: Scope, before: JsonObject, after: JsonObject): EventType => {
  if (metadataOf(after).deletionTimestamp !== metadataOf(before).deletionTimestamp) return 'deletionRequested';
  if (changesSpec(scope, before, after)) return 'specChanged';
  return jsonEquals(before['status'], after['status']) ? 'metadataChanged' : 'statusChanged';
};

/** The spec is everything but the type, the metadata and, where it is the controller's, the status. */
export const changesSpec = ({ version }: Scope, before: JsonObject, after: JsonObject): boolean => {
  for (const member in before) {
    if (!isSpec(member, version.status)) continue;
    if (!Object.hasOwn(after, member) || !jsonEquals(before[member], after[member])) return true;
  }
  for (const member in after) {
    if (isSpec(member, version.status) && !Object.hasOwn(before, member)) return true;
  }
  return false;
};

const isSpec = (member: string, hasStatus: boolean): boolean => {
  if (member === 'apiVersion' || member === 'kind' || member === 'metadata') return false;
  return member !== 'status' || !hasStatus;
};

const wasOf = (before: SelectorValues, after: SelectorValues): Pick<EventRecord, 'was'> => {
  const labels = jsonEquals(before.labels, after.labels) ? {} : { labels: before.labels };
  const fields = jsonEquals(before.fields, after.fields) ? {} : { fields: before.fields };
  return isEmpty(labels) && isEmpty(fields) ? {} : { was: { ...labels, ...fields } };
};

const isEmpty = (object: object): boolean => {
  for (const _member in object) return false;
  return true;
};
