import type { CommandSender } from '@holdfast/command-client';
import type { FastifyReply } from 'fastify';

import { sendCommand } from '../commands/send-command.js';
import type { RequestContext, ResolvedRequest, ResourceHandler } from '../http/resolved-request.js';
import { refuse } from '../http/status-error.js';
import { answerObject } from './answer-object.js';
import { targetOf } from './target.js';

/** GET by name: always the newest state, so that any version the log has reached is not older than asked for. */
export const getObject =
  (commands: CommandSender): ResourceHandler =>
  async (request: ResolvedRequest, reply: FastifyReply): Promise<void> => {
    const { resourceVersion } = request.query;
    const found = await sendCommand(commands, request, { verb: 'get', target: targetOf(request) });
    if (resourceVersion !== undefined && resourceVersion > found.reply.version) {
      await refuseBeyondEnd(commands, request, resourceVersion);
    }
    answerObject(request, reply, 200, found.body);
  };

/** Refuses a version that the log has not reached. The log's end was looked up: waiting would not help. */
export const refuseBeyondEnd = async (
  commands: CommandSender,
  context: RequestContext,
  version: number,
): Promise<void> => {
  const { reply } = await sendCommand(commands, context, { verb: 'look' });
  if (version <= reply.version) return;
  throw refuse('Timeout', `Timeout: Too large resource version: ${version}, current: ${reply.version}`, {
    retryAfterSeconds: 1,
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
  });
};
