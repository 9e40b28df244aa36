/** `POST <object>/rollback`: the object's spec becomes what it was at a version. */
import type { CommandSender } from '@holdfast/command-client';
import { parseResourceVersion } from '@holdfast/contracts';
import { isJsonObject } from '@holdfast/kernel';
import type { JsonValue } from '@holdfast/kernel';
import { sendCommand } from '../commands/send-command.js';
import { addWarnings } from '../http/answer.js';
import { decodeBody } from '../http/decode-body.js';
import type { ResolvedRequest, ResourceHandler } from '../http/resolved-request.js';
import { badRequest, notFound } from '../http/status-error.js';
import type { ReadModelsReader } from '../lists/read-models-reader.js';
import { answerObject } from '../verbs/answer-object.js';
import { targetOf } from '../verbs/target.js';
import { writeOptions } from '../verbs/write-object.js';
import { keyOf } from './object-key-of.js';

export const rollbackHandler =
  ({ reader, commands }: { readonly reader: ReadModelsReader; readonly commands: CommandSender }): ResourceHandler =>
  async (request, reply) => {
    const toVersion = versionIn(request);
    const past = await reader.stateAt(keyOf(request), toVersion, request);
    if (past === undefined || past.deleted) throw notFound(request, ` at resourceVersion ${toVersion}`);
    const stored = await sendCommand(
      commands,
      request,
      { verb: 'rollback', target: targetOf(request), toVersion, options: writeOptions(request.query) },
      Buffer.from(past.object),
    );
    addWarnings(reply, stored.reply.warnings);
    answerObject(request, reply, 200, stored.body);
  };

const versionIn = (request: ResolvedRequest): number => {
  const { bytes } = decodeBody(request, 'Strict');
  const body = JSON.parse(bytes.toString('utf8')) as JsonValue;
  if (!isJsonObject(body))
    throw badRequest('the body of a rollback must be an object such as {"toResourceVersion":"1024"}');
  const { toResourceVersion: text } = body;
  const version = typeof text === 'string' ? parseResourceVersion(text) : undefined;
  if (version === undefined) {
    throw badRequest(
      `toResourceVersion: ${JSON.stringify(text ?? null)} is not the resourceVersion of a former state, as a string`,
    );
  }
  return version;
};
