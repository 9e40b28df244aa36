/** Makes sure that the store knows the kind `Reconciler` as this version of the service means it. */
import { randomUUID } from 'node:crypto';

import type { CommandSender } from '@holdfast/command-client';
import type { Command, Request, Target } from '@holdfast/contracts';
import { isJsonObject, objectAt, RefusalError, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import type { Logger } from '@holdfast/nest-platform';

const DEADLINE_MS = 10_000;
const RETRY_MS = 1_000;
const ACTOR = 'system:service:reconciler';

export interface InstallOptions {
  readonly client: CommandSender;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Resolves once it is there; several replicas may do this at once, and a repeat changes nothing. */
export const installKind = async (definition: JsonObject, options: InstallOptions): Promise<void> => {
  while (!options.signal.aborted) {
    try {
      return await createOrReplace(definition, options.client);
    } catch (error) {
      options.logger.warn({ err: error }, 'a kind of the reconciler cannot be installed yet');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
};

const createOrReplace = async (definition: JsonObject, client: CommandSender): Promise<void> => {
  const target: Target = {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    resource: 'customresourcedefinitions',
    namespace: '',
    name: stringAt(objectAt(definition, 'metadata'), 'name') ?? '',
  };
  const created = await send(client, { verb: 'create', target: { ...target, name: '' } }, definition);
  if (created.status === 'ok') return;
  if (created.refusal.reason !== 'AlreadyExists') throw new RefusalError(created.refusal);
  const current = await send(client, { verb: 'get', target });
  if (current.status === 'refused') throw new RefusalError(current.refusal);
  // With its resourceVersion: who was faster makes this one look again.
  const replaced = await send(client, { verb: 'update', target }, { ...current.object, spec: definition['spec'] });
  if (replaced.status === 'refused') throw new RefusalError(replaced.refusal);
};

type Sent =
  | { readonly status: 'ok'; readonly object: JsonObject }
  | { readonly status: 'refused'; readonly refusal: RefusalError['refusal'] };

const send = async (client: CommandSender, request: Request, body?: JsonObject): Promise<Sent> => {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  const answer = await client.send(commandOf(request), bytes);
  if (answer.reply.status === 'refused') return answer.reply;
  const object: unknown = JSON.parse(answer.body.toString('utf8'));
  return { status: 'ok', object: isJsonObject(object) ? object : {} };
};

const commandOf = (request: Request): Command => ({
  id: randomUUID(),
  deadline: Date.now() + DEADLINE_MS,
  actor: ACTOR,
  requestID: randomUUID(),
  correlationID: randomUUID(),
  fieldManager: 'reconciler',
  request,
});
