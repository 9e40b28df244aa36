import type { CommandSender } from '@holdfast/command-client';
import type { TransactionOperation } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/kernel';

import { serviceCommand } from '../service-command.js';

/** Sends all operations as one command of the service: all or nothing; resolves with the refusal, if it was refused. */
export const transactWith =
  (client: CommandSender, service: string) =>
  async (operations: readonly TransactionOperation[], withinMs: number): Promise<Refusal | undefined> => {
    const command = serviceCommand(service, { verb: 'transact' }, withinMs);
    const { reply } = await client.send(command, Buffer.from(JSON.stringify(operations)));
    return reply.status === 'refused' ? reply.refusal : undefined;
  };
