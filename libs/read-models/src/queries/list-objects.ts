import type { Checkpoint } from '../schema/generations.js';
import type { LiveReader } from './read-live.js';
import { selectObjects } from './select-objects.js';
import type { ObjectsQuery, PageStart } from './select-objects.js';

export interface ListQuery extends ObjectsQuery {
  /** At most so many objects; all when missing. */
  readonly limit?: number | undefined;
}

export interface ListedObject extends PageStart {
  /** JSON of the object, with its resourceVersion. */
  readonly object: string;
}

export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** More objects stand behind this page, though the query's limit may keep them out of this list. */
  readonly more: boolean;
}

/** A list as it stands at one version, handed out page by page; what is written meanwhile does not show. */
export interface ObjectList {
  /** The version of the list: the one asked for, else how far the rows reached. */
  readonly at: number;
  /** How far the rows reached when the first page was read: in the same snapshot. */
  readonly checkpoint: Checkpoint;
  readonly pages: AsyncIterable<ListPage>;
}

// The first page is small, so that the first byte leaves early; the rest is large, so that all leave soon.
const FIRST_PAGE = 100;
const PAGE = 500;

/**
 * Lists objects in byte order of namespace and name.
 * Pages are read one by one at the list's version: no connection or snapshot waits for a slow reader.
 */
export const listObjects = async (reader: LiveReader, query: ListQuery): Promise<ObjectList> => {
  const limit = query.limit ?? Number.POSITIVE_INFINITY;
  const first = await readPage(reader, query, Math.min(FIRST_PAGE, limit));
  const at = query.at ?? first.checkpoint.boundary;
  return { at, checkpoint: first.checkpoint, pages: pagesFrom(reader, { ...query, at }, first.page, limit) };
};

async function* pagesFrom(
  reader: LiveReader,
  query: ListQuery & { readonly at: number },
  first: ListPage,
  limit: number,
): AsyncGenerator<ListPage> {
  let page = first;
  let left = limit - page.objects.length;
  for (;;) {
    const last = page.objects.at(-1);
    if (!page.more || left <= 0 || last === undefined) {
      yield page;
      return;
    }
    // Read ahead: PostgreSQL works on the next page while this one goes out.
    const ahead = readPage(reader, { ...query, after: last }, Math.min(PAGE, left));
    ahead.catch(() => undefined);
    yield page;
    ({ page } = await ahead);
    left -= page.objects.length;
  }
}

const readPage = async (
  reader: LiveReader,
  query: ObjectsQuery,
  size: number,
): Promise<{ page: ListPage; checkpoint: Checkpoint }> => {
  const { checkpoint, rows } = await reader.read<ListedObject>((schema, sql) =>
    selectObjects(schema, sql, query, size + 1),
  );
  return { checkpoint, page: { objects: rows.slice(0, size), more: rows.length > size } };
};
