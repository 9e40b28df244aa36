/** `GET` of a collection: all objects as a stream, or one page of them. */
import { Readable } from 'node:stream';
import type { ListedObject, ListPage } from '@holdfast/read-models';
import type { FastifyReply } from 'fastify';
import { JSON_TYPE, sendBytes } from '../http/answer.js';
import type { ListHandler, ResolvedRequest } from '../http/resolved-request.js';
import { writeContinueToken } from './continue-token.js';
import { freshnessOf } from './freshness.js';
import type { Freshness } from './freshness.js';
import { listEncodingFor } from './list-encoding.js';
import type { ListEncoding, ListMetadata } from './list-encoding.js';
import type { ObjectList, ReadModelsReader } from './read-models-reader.js';
import { selectorsOf } from './selectors.js';
import type { Selectors } from './selectors.js';

export const listHandler =
  (reader: ReadModelsReader): ListHandler =>
  async (request, reply) => {
    const selectors = selectorsOf(request);
    const freshness = freshnessOf(request.query);
    const encoding = listEncodingFor(request, new Date());
    const limit = limitOf(request);
    const list = await reader.list({ ...objectsOf(request, selectors), limit }, freshness, request);
    if (limit === undefined) await sendAll(reply, list, encoding);
    else await sendPage(reply, await readPage({ reader, request, selectors, freshness }, list), encoding);
  };

/** What a request on a collection asks the read models for. */
export const objectsOf = ({ kind, namespace }: ResolvedRequest, { labels, fields }: Selectors) => ({
  group: kind.group,
  resource: kind.plural,
  namespace: namespace === '' ? undefined : namespace,
  labels,
  fields,
});

const limitOf = ({ query }: ResolvedRequest): number | undefined => (query.limit === 0 ? undefined : query.limit);

/** The first bytes leave before the last rows are read. */
const sendAll = async (reply: FastifyReply, list: ObjectList, encoding: ListEncoding): Promise<void> => {
  const pages = list.pages[Symbol.asyncIterator]();
  const first = await pages.next();
  const opening = encoding.opening({ resourceVersion: String(list.at) });
  if (first.done === true || !first.value.more) {
    const items = first.done === true ? '' : itemsOf(first.value, encoding);
    sendBytes(reply, 200, Buffer.from(`${opening}${items}${encoding.closing}`));
    return;
  }
  const stream = Readable.from(textOf(`${opening}${itemsOf(first.value, encoding)}`, pages, encoding));
  await reply.code(200).header('content-type', JSON_TYPE).send(stream);
};

async function* textOf(
  start: string,
  pages: AsyncIterator<ListPage>,
  encoding: ListEncoding,
): AsyncGenerator<string, void> {
  yield start;
  for (let next = await pages.next(); next.done !== true; next = await pages.next()) {
    yield `,${itemsOf(next.value, encoding)}`;
  }
  yield encoding.closing;
}

const itemsOf = ({ objects }: ListPage, encoding: ListEncoding): string =>
  objects.map(({ object }) => encoding.item(object)).join(',');

interface Page {
  readonly metadata: ListMetadata;
  readonly items: readonly string[];
}

/** A page may be smaller than its limit: it is held in memory whole. */
const PAGE_BYTES = 16 * 1024 * 1024;

const readPage = async (
  question: {
    readonly reader: ReadModelsReader;
    readonly request: ResolvedRequest;
    readonly selectors: Selectors;
    readonly freshness: Freshness;
  },
  list: ObjectList,
): Promise<Page> => {
  const objects: ListedObject[] = [];
  let bytes = 0;
  let more = false;
  for await (const page of list.pages) {
    objects.push(...page.objects);
    bytes += page.objects.reduce((sum, { object }) => sum + object.length, 0);
    more = page.more;
    if (bytes > PAGE_BYTES) break;
  }
  const last = more ? objects.at(-1) : undefined;
  return {
    metadata: {
      resourceVersion: String(list.at),
      ...(last === undefined ? {} : await restOf(question, list.at, last)),
    },
    items: objects.map(({ object }) => object),
  };
};

/** Where the rest begins, and how much it is, where counting it is worth its while. */
const restOf = async (
  { reader, request, selectors }: { reader: ReadModelsReader; request: ResolvedRequest; selectors: Selectors },
  at: number,
  after: ListedObject,
): Promise<Pick<ListMetadata, 'continue' | 'remainingItemCount'>> => {
  const next = { continue: writeContinueToken({ version: at, after }) };
  if (selectors.matches !== undefined) return next;
  return { ...next, remainingItemCount: await reader.count({ ...objectsOf(request, selectors), at, after }) };
};

const sendPage = async (reply: FastifyReply, { metadata, items }: Page, encoding: ListEncoding): Promise<void> => {
  const text = `${encoding.opening(metadata)}${items.map((object) => encoding.item(object)).join(',')}${encoding.closing}`;
  sendBytes(reply, 200, Buffer.from(text));
};
