/** `GET <object>/history`: what happened to an object, newest first, with who, why and the difference that it made. */
import { EVENT_TYPE_PREFIX } from '@holdfast/contracts';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import { objectAt } from '@holdfast/kernel';
import type { History, HistoryEntry } from '@holdfast/read-models';
import jsonpatch from 'fast-json-patch';
import { sendJson } from '../http/answer.js';
import type { ResourceHandler } from '../http/resolved-request.js';
import { notFound } from '../http/status-error.js';
import type { ReadModelsReader } from '../lists/read-models-reader.js';
import { readHistoryToken, writeHistoryToken } from './history-token.js';
import { keyOf } from './object-key-of.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

export const historyHandler =
  (reader: ReadModelsReader): ResourceHandler =>
  async (request, reply) => {
    const { limit, continue: next } = request.query;
    const before = next === '' ? undefined : readHistoryToken(next);
    const query = { key: keyOf(request), limit: limit === undefined || limit === 0 ? DEFAULT_LIMIT : limit, before };
    const history = await reader.history({ ...query, limit: Math.min(query.limit, MAX_LIMIT) }, request);
    if (history.entries.length === 0 && before === undefined) throw notFound(request);
    sendJson(reply, 200, historyList(history));
  };

const historyList = ({ entries, more, boundary }: History): JsonObject => {
  const last = more ? entries.at(-1) : undefined;
  return {
    apiVersion: 'holdfast.dev/v1',
    kind: 'History',
    metadata: {
      resourceVersion: String(boundary),
      ...(last === undefined ? {} : { continue: writeHistoryToken(last.version) }),
    },
    items: entries.map(historyItem),
  };
};

const historyItem = (entry: HistoryEntry): JsonObject => ({
  resourceVersion: String(entry.version),
  time: entry.time.toISOString(),
  type: `${EVENT_TYPE_PREFIX}${entry.type}`,
  actor: entry.actor,
  fieldManager: entry.fieldManager,
  requestID: entry.requestID,
  correlationID: entry.correlationID,
  causationID: entry.causationID,
  changed: entry.changed,
  patch: patchOf(entry),
});

/** RFC 6902, from the object before to the object after; the version, which every change changes, is left out. */
const patchOf = ({ previousObject, object }: HistoryEntry): readonly JsonValue[] => {
  const after = withoutVersion(object);
  if (previousObject === undefined) return [{ op: 'add', path: '', value: after }];
  return jsonpatch.compare(withoutVersion(previousObject), after).map((operation) => ({ ...operation }));
};

const withoutVersion = (text: string): JsonObject => {
  const object = JSON.parse(text) as JsonObject;
  const { resourceVersion: _version, ...metadata } = objectAt(object, 'metadata');
  return { ...object, metadata };
};
