import type { CommandSender } from '@holdfast/command-client';

import type { RequestContext } from '../http/resolved-request.js';
import { sendCommand } from './send-command.js';

/** The version that the log ends at, looked up after the call began. */
export const confirmedEnd =
  (commands: CommandSender) =>
  async (context: RequestContext): Promise<number> => {
    const { reply } = await sendCommand(commands, context, { verb: 'look' });
    return reply.version;
  };
