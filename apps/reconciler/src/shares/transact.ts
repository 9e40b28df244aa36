import { randomUUID } from 'node:crypto';

import type { CommandSender } from '@holdfast/command-client';
import type { Command, TransactionOperation } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/kernel';

const ACTOR = 'system:service:reconciler';
const FIELD_MANAGER = 'reconciler-shares';

/** Sends all operations as one command: all or nothing; resolves with the refusal, if it was refused. */
export const transactWith =
  (client: CommandSender) =>
  async (operations: readonly TransactionOperation[], withinMs: number): Promise<Refusal | undefined> => {
    const id = randomUUID();
    const command: Command = {
      id,
      deadline: Date.now() + withinMs,
      actor: ACTOR,
      requestID: id,
      correlationID: id,
      fieldManager: FIELD_MANAGER,
      request: { verb: 'transact' },
    };
    const { reply } = await client.send(command, Buffer.from(JSON.stringify(operations)));
    return reply.status === 'refused' ? reply.refusal : undefined;
  };
