/** Makes sure that the store knows the kinds of a service as this version of it means them. */
import type { CommandSender } from '@holdfast/command-client';
import type { Request, Target } from '@holdfast/contracts';
import { isJsonObject, objectAt, RefusalError, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import type { Logger } from '@holdfast/nest-platform';

import { serviceCommand } from './service-command.js';

const RETRY_MS = 1_000;

export interface InstallOptions {
  readonly service: string;
  readonly client: CommandSender;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Resolves once all are there; several replicas may do this at once, and a repeat changes nothing. */
export const installKinds = async (definitions: readonly JsonObject[], options: InstallOptions): Promise<void> => {
  for (const definition of definitions) await installKind(definition, options);
};

const installKind = async (definition: JsonObject, options: InstallOptions): Promise<void> => {
  while (!options.signal.aborted) {
    try {
      return await createOrReplace(definition, options);
    } catch (error) {
      options.logger.warn({ err: error }, 'a kind cannot be installed yet');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
};

const createOrReplace = async (definition: JsonObject, options: InstallOptions): Promise<void> => {
  const target: Target = {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    resource: 'customresourcedefinitions',
    namespace: '',
    name: stringAt(objectAt(definition, 'metadata'), 'name') ?? '',
  };
  const created = await send(options, { verb: 'create', target: { ...target, name: '' } }, definition);
  if (created.status === 'ok') return;
  if (created.refusal.reason !== 'AlreadyExists') throw new RefusalError(created.refusal);
  const current = await send(options, { verb: 'get', target });
  if (current.status === 'refused') throw new RefusalError(current.refusal);
  // With its resourceVersion: who was faster makes this one look again.
  const replaced = await send(options, { verb: 'update', target }, { ...current.object, spec: definition['spec'] });
  if (replaced.status === 'refused') throw new RefusalError(replaced.refusal);
};

type Sent =
  | { readonly status: 'ok'; readonly object: JsonObject }
  | { readonly status: 'refused'; readonly refusal: RefusalError['refusal'] };

const send = async ({ service, client }: InstallOptions, request: Request, body?: JsonObject): Promise<Sent> => {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  const answer = await client.send(serviceCommand(service, request), bytes);
  if (answer.reply.status === 'refused') return answer.reply;
  const object: unknown = JSON.parse(answer.body.toString('utf8'));
  return { status: 'ok', object: isJsonObject(object) ? object : {} };
};
