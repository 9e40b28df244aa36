import type { Checkpoint } from '../schema/generations.js';
import type { LiveReader } from './read-live.js';
import { countEndedSince, countObjects, selectObjects } from './select-objects.js';
import type { Age, ObjectsQuery, PageStart } from './select-objects.js';

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
/** Beyond so many rows that ended since, a version is old: stepping from key to key costs less than reading those. */
const MANY_ENDED = 2_000;

/**
 * Lists objects in byte order of namespace and name.
 * Pages are read one by one at the list's version: no connection or snapshot waits for a slow reader.
 */
export const listObjects = async (reader: LiveReader, query: ListQuery): Promise<ObjectList> => {
  const limit = query.limit ?? Number.POSITIVE_INFINITY;
  const age = await ageOf(reader, query);
  const first = await readPage(reader, { query, age, limit: Math.min(FIRST_PAGE, limit) });
  const at = query.at ?? first.checkpoint.boundary;
  const rest = { query: { ...query, at }, age: age === 'newest' ? 'recent' : age } as const;
  return { at, checkpoint: first.checkpoint, pages: pagesFrom(reader, rest, first.page, limit) };
};

/** Counts what `listObjects` without a limit would list. */
export const countListed = async (reader: LiveReader, query: ObjectsQuery): Promise<number> => {
  const age = await ageOf(reader, query);
  const { rows } = await reader.read<{ count: number }>((schema, sql) => countObjects(schema, sql, { query, age }));
  return rows[0]?.count ?? 0;
};

const ageOf = async (reader: LiveReader, { group, resource, at }: ObjectsQuery): Promise<Age> => {
  if (at === undefined) return 'newest';
  const { rows } = await reader.read<{ count: number }>((schema, sql) =>
    countEndedSince(schema, sql, { group, resource, at, limit: MANY_ENDED }),
  );
  return (rows[0]?.count ?? 0) < MANY_ENDED ? 'recent' : 'old';
};

async function* pagesFrom(
  reader: LiveReader,
  { query, age }: { readonly query: ObjectsQuery; readonly age: Age },
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
    const ahead = readPage(reader, { query: { ...query, after: last }, age, limit: Math.min(PAGE, left) });
    ahead.catch(() => undefined);
    yield page;
    ({ page } = await ahead);
    left -= page.objects.length;
  }
}

const readPage = async (
  reader: LiveReader,
  { query, age, limit }: { query: ObjectsQuery; age: Age; limit: number },
): Promise<{ page: ListPage; checkpoint: Checkpoint }> => {
  const { checkpoint, rows } = await reader.read<ListedObject>((schema, sql) =>
    selectObjects(schema, sql, { query, age, limit: limit + 1 }),
  );
  return { checkpoint, page: { objects: rows.slice(0, limit), more: rows.length > limit } };
};
