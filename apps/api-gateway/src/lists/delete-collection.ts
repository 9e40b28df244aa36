/** `DELETE` of a collection: lists what is selected, then deletes each as it was listed. */
import type { CommandSender } from '@holdfast/command-client';
import { isJsonObject, objectAt, RefusalError, stringAt } from '@holdfast/kernel';
import type { JsonValue } from '@holdfast/kernel';
import type { ListedObject, ListPage } from '@holdfast/read-models';
import { sendCommand } from '../commands/send-command.js';
import { sendBytes } from '../http/answer.js';
import type { ResolvedRequest, ResourceHandler } from '../http/resolved-request.js';
import { deletionOf } from '../verbs/delete-object.js';
import { deleteOptionsOf } from '../verbs/delete-options.js';
import type { DeleteOptions } from '../verbs/delete-options.js';
import { targetOf } from '../verbs/target.js';
import { freshnessOf } from './freshness.js';
import { apiVersionOf, jsonList } from './list-encoding.js';
import { objectsOf } from './list-handler.js';
import type { ReadModelsReader } from './read-models-reader.js';
import { selectorsOf } from './selectors.js';

/** Deletes that are under way at the same time. */
const AT_ONCE = 256;
/** A large collection takes longer than one write may; each delete has its own deadline, all together this one. */
const LIMIT_MS = 60_000;
const DELETE_LIMIT_MS = 10_000;

export const deleteCollection =
  ({ reader, commands }: { readonly reader: ReadModelsReader; readonly commands: CommandSender }): ResourceHandler =>
  async (request, reply) => {
    const options = deleteOptionsOf(request);
    const query = { ...objectsOf(request, selectorsOf(request)), limit: request.query.limit || undefined };
    const list = await reader.list(query, freshnessOf(request.query), request);
    const deleted = await deleteListed(list.pages, { commands, request, options });
    const encoding = jsonList(request.kind, apiVersionOf(request.kind, request.version.name));
    const opening = encoding.opening({ resourceVersion: String(list.at) });
    const items = deleted.map((object) => encoding.item(object)).join(',');
    sendBytes(reply, 200, Buffer.from(`${opening}${items}${encoding.closing}`));
  };

interface Deletion {
  readonly commands: CommandSender;
  readonly request: ResolvedRequest;
  readonly options: DeleteOptions;
}

/** Answers the objects that were deleted, as they were listed. */
const deleteListed = async (pages: AsyncIterable<ListPage>, deletion: Deletion): Promise<string[]> => {
  const limit = Date.now() + LIMIT_MS;
  const deleted: string[] = [];
  for await (const { objects } of pages) {
    for (let i = 0; i < objects.length; i += AT_ONCE) {
      const slice = objects.slice(i, i + AT_ONCE);
      const deadline = Math.min(limit, Date.now() + DELETE_LIMIT_MS);
      // The key is that of the whole request; each of its deletes happens once because it names the uid.
      const request = { ...deletion.request, deadline, idempotencyKey: undefined };
      const outcomes = await Promise.all(slice.map((object) => deleteOne(object, { ...deletion, request })));
      deleted.push(...slice.filter((_, index) => outcomes[index]).map(({ object }) => object));
    }
  }
  return deleted;
};

/** False when the object is gone already, or another has taken its name since. */
const deleteOne = async (
  { namespace, name, object }: ListedObject,
  { commands, request, options }: Deletion,
): Promise<boolean> => {
  const uid = uidOf(JSON.parse(object) as JsonValue);
  const preconditions = { ...options.preconditions, ...(uid === undefined ? {} : { uid }) };
  try {
    await sendCommand(commands, request, {
      verb: 'delete',
      target: targetOf({ ...request, namespace, name }),
      ...deletionOf({ ...options, preconditions }),
    });
    return true;
  } catch (error) {
    if (error instanceof RefusalError && ['NotFound', 'Conflict'].includes(error.refusal.reason)) return false;
    throw error;
  }
};

const uidOf = (object: JsonValue): string | undefined =>
  isJsonObject(object) ? stringAt(objectAt(object, 'metadata'), 'uid') : undefined;
