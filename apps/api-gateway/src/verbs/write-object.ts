/** Create, update and patch: decode the body, send the write, answer with what was stored. */
import type { CommandSender } from '@holdfast/command-client';
import type { PatchType, Write, WriteOptions } from '@holdfast/contracts';
import type { FastifyReply } from 'fastify';

import { sendCommand } from '../commands/send-command.js';
import { addWarnings } from '../http/answer.js';
import { decodeBody, decodeJsonBody, unsupportedMediaType } from '../http/decode-body.js';
import type { DecodedBody } from '../http/decode-body.js';
import type { RequestQuery, ResolvedRequest, ResourceHandler } from '../http/resolved-request.js';
import { badRequest } from '../http/status-error.js';
import { answerObject } from './answer-object.js';
import { targetOf } from './target.js';

export const createObject =
  (commands: CommandSender): ResourceHandler =>
  async (request, reply) => {
    const body = decodeBody(request, request.query.fieldValidation);
    const write: Write = { verb: 'create', target: targetOf(request), options: writeOptions(request.query) };
    await sendWrite(commands, request, reply, write, body);
  };

export const updateObject =
  (commands: CommandSender): ResourceHandler =>
  async (request, reply) => {
    const body = decodeBody(request, request.query.fieldValidation);
    const write: Write = { verb: 'update', target: targetOf(request), options: writeOptions(request.query) };
    await sendWrite(commands, request, reply, write, body);
  };

export const patchObject =
  (commands: CommandSender): ResourceHandler =>
  async (request, reply) => {
    const patchType = PATCH_TYPES.get(request.contentType);
    if (patchType === undefined) throw unsupportedMediaType([...PATCH_TYPES.keys()]);
    if (request.body.length === 0) throw badRequest('the body of the request is empty: a patch was expected');
    const body = decodeJsonBody(request.body, request.query.fieldValidation);
    const options = writeOptions(request.query);
    await sendWrite(commands, request, reply, { verb: 'patch', target: targetOf(request), patchType, options }, body);
  };

const PATCH_TYPES: ReadonlyMap<string, PatchType> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
]);

/** What every write takes over from its query. */
export const writeOptions = ({ dryRun, fieldValidation }: RequestQuery): WriteOptions => ({
  ...(dryRun ? { dryRun } : {}),
  ...(fieldValidation === undefined ? {} : { fieldValidation }),
});

const sendWrite = async (
  commands: CommandSender,
  request: ResolvedRequest,
  reply: FastifyReply,
  write: Write,
  body: DecodedBody,
): Promise<void> => {
  const stored = await sendCommand(commands, request, write, body.bytes);
  addWarnings(reply, body.warnings);
  addWarnings(reply, stored.reply.warnings);
  answerObject(request, reply, stored.reply.outcome === 'created' ? 201 : 200, stored.body);
};
