/** A request becomes a command here: its ids, its deadline, and the hashes that make a repeat recognisable. */
import { createHash, randomUUID } from 'node:crypto';
import type { CommandSender } from '@holdfast/command-client';
import { NO_BODY } from '@holdfast/contracts';
import type { Command, Reply, Request } from '@holdfast/contracts';
import { RefusalError } from '@holdfast/kernel';

import type { RequestContext } from '../http/resolved-request.js';

/** An answer that is no refusal. */
export interface Accepted {
  readonly reply: Reply & { readonly status: 'ok' };
  readonly body: Buffer;
}

/** Sends a command for a request and waits for its answer; a refusal is thrown. */
export const sendCommand = async (
  commands: CommandSender,
  context: RequestContext,
  request: Request,
  body: Buffer = NO_BODY,
): Promise<Accepted> => {
  const answer = await commands.send(commandOf(context, request, body), body);
  if (answer.reply.status === 'refused') throw new RefusalError(answer.reply.refusal);
  return { reply: answer.reply, body: answer.body };
};

const commandOf = (context: RequestContext, request: Request, body: Buffer): Command => ({
  id: randomUUID(),
  deadline: context.deadline,
  actor: context.user.name,
  requestID: context.requestID,
  correlationID: context.correlationID,
  traceparent: context.traceparent,
  fieldManager: context.fieldManager,
  ...(context.idempotencyKey === undefined || !writes(request)
    ? {}
    : { idempotency: idempotencyOf(context.user.name, context.idempotencyKey, request, body) }),
  request,
});

const writes = ({ verb }: Request): boolean => verb !== 'get' && verb !== 'look' && verb !== 'kinds';

/** The key belongs to its actor; the same key with anything else asked for is another request. */
export const idempotencyOf = (actor: string, key: string, request: object, body: Buffer) => ({
  key: createHash('sha256').update(actor).update('\0').update(key).digest('hex'),
  body: createHash('sha256').update(JSON.stringify(request)).update('\0').update(body).digest('hex'),
});
