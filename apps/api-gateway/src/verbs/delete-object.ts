import type { CommandSender } from '@holdfast/command-client';
import type { JsonObject } from '@holdfast/kernel';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { FastifyReply } from 'fastify';

import { sendCommand } from '../commands/send-command.js';
import { addWarnings, sendJson } from '../http/answer.js';
import type { ResolvedRequest, ResourceHandler } from '../http/resolved-request.js';
import { answerObject } from './answer-object.js';
import { deleteOptionsOf } from './delete-options.js';
import type { DeleteOptions } from './delete-options.js';
import { targetOf } from './target.js';

/** DELETE by name: a Status when the object is gone, the object itself while finalizers hold it. */
export const deleteObject =
  (commands: CommandSender): ResourceHandler =>
  async (request, reply) => {
    const options = deleteOptionsOf(request);
    const { reply: answer, body } = await sendCommand(commands, request, {
      verb: 'delete',
      target: targetOf(request),
      ...deletionOf(options),
    });
    addWarnings(reply, answer.warnings);
    if (answer.outcome === 'deleted') answerGone(request, reply, body);
    else answerObject(request, reply, 200, body);
  };

/** The options as a delete command carries them. */
export const deletionOf = ({ dryRun, preconditions, propagationPolicy }: DeleteOptions) => ({
  ...(dryRun ? { options: { dryRun } } : {}),
  ...(preconditions === undefined ? {} : { preconditions }),
  ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
});

const answerGone = ({ kind, name }: ResolvedRequest, reply: FastifyReply, body: Buffer): void => {
  const uid = stringAt(objectAt(JSON.parse(body.toString('utf8')) as JsonObject, 'metadata'), 'uid');
  const group = kind.group === '' ? {} : { group: kind.group };
  sendJson(reply, 200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...group, kind: kind.plural, uid },
  });
};
