import type { CommandSender } from '@holdfast/command-client';

import { confirmedEnd } from '../commands/confirmed-end.js';
import { sendCommand } from '../commands/send-command.js';
import type { ResourceHandler } from '../http/resolved-request.js';
import { versionTooLarge } from '../http/status-error.js';
import { answerObject } from './answer-object.js';
import { targetOf } from './target.js';

/** GET by name: always the newest state, so that any version the log has reached is not older than asked for. */
export const getObject = (commands: CommandSender): ResourceHandler => {
  const endOfLog = confirmedEnd(commands);
  return async (request, reply) => {
    const { resourceVersion } = request.query;
    const found = await sendCommand(commands, request, { verb: 'get', target: targetOf(request) });
    if (resourceVersion !== undefined && resourceVersion > found.reply.version) {
      const end = await endOfLog(request);
      // The end was looked up: waiting for a version that was never given out would not help.
      if (resourceVersion > end) throw versionTooLarge(resourceVersion, end);
    }
    answerObject(request, reply, 200, found.body);
  };
};
