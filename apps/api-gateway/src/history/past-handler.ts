/** `GET <object>` as it was: at a version exactly, or at a moment. */
import type { ResourceHandler } from '../http/resolved-request.js';
import { notFound } from '../http/status-error.js';
import { inApiVersion } from '../lists/convert-stored.js';
import { freshnessOf } from '../lists/freshness.js';
import { apiVersionOf } from '../lists/list-encoding.js';
import type { ReadModelsReader } from '../lists/read-models-reader.js';
import { answerObject } from '../verbs/answer-object.js';
import { keyOf } from './object-key-of.js';

export const pastHandler =
  (reader: ReadModelsReader): ResourceHandler =>
  async (request, reply) => {
    const { kind, version, query } = request;
    const state = await reader.objectAt(keyOf(request), freshnessOf({ ...query, continue: '' }), request);
    if (state === undefined || state.deleted) throw notFound(request);
    answerObject(request, reply, 200, Buffer.from(inApiVersion(state.object, apiVersionOf(kind, version.name))));
  };
