import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { scaleOf } from '@holdfast/resource';
import type { FastifyReply } from 'fastify';

import { sendBytes, sendJson } from '../http/answer.js';
import { partialMetadata, tableColumns, tableOf, tableRow } from '../http/representation.js';
import type { ResolvedRequest } from '../http/resolved-request.js';

/**
 * Answers with one object in the form that was asked for; as JSON its bytes leave as they came from the store. Through
 * `/scale` it leaves as a Scale, of which there is no Table.
 */
export const answerObject = (request: ResolvedRequest, reply: FastifyReply, code: number, bytes: Buffer): void => {
  const { scale } = request.version;
  if (request.subresource === 'scale' && scale !== undefined) {
    const scaled = scaleOf(JSON.parse(bytes.toString('utf8')) as JsonObject, scale);
    sendJson(reply, code, request.accept === 'partial' ? partialMetadata(scaled) : scaled);
    return;
  }
  if (request.accept === 'json') {
    sendBytes(reply, code, bytes);
    return;
  }
  const object = JSON.parse(bytes.toString('utf8')) as JsonObject;
  sendJson(reply, code, request.accept === 'partial' ? partialMetadata(object) : tableOfOne(request, object));
};

/** A Table of one object carries that object's version. */
const tableOfOne = (request: ResolvedRequest, object: JsonObject): object => {
  const { resourceVersion } = objectAt(object, 'metadata');
  return tableOf({ resourceVersion }, tableColumns(request), [tableRow(request, object, new Date())]);
};
