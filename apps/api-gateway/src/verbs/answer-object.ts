import type { JsonObject } from '@holdfast/kernel';
import type { FastifyReply } from 'fastify';

import { sendBytes, sendJson } from '../http/answer.js';
import { partialMetadata } from '../http/representation.js';
import type { ResolvedRequest } from '../http/resolved-request.js';

/** Answers with one object in the form that was asked for; as JSON its bytes leave as they came from the store. */
export const answerObject = (request: ResolvedRequest, reply: FastifyReply, code: number, bytes: Buffer): void => {
  if (request.accept === 'partial') {
    sendJson(reply, code, partialMetadata(JSON.parse(bytes.toString('utf8')) as JsonObject));
    return;
  }
  sendBytes(reply, code, bytes);
};
