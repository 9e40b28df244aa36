/** What a watch is told before it joins the live events. */
import type { ListPage } from '@holdfast/read-models';
import { assertNever } from '@holdfast/kernel';
import type { ResolvedRequest } from '../http/resolved-request.js';
import { objectsOf } from '../lists/list-handler.js';
import type { ReadModelsReader } from '../lists/read-models-reader.js';
import type { ReadPointSources } from '../lists/read-point.js';
import type { Selectors } from '../lists/selectors.js';
import type { WatchHub } from './watch-hub.js';
import { startOf } from './watch-start.js';

export type WatchOpening =
  /** Everything up to `after` is known to the client. */
  | { readonly is: 'events'; readonly after: number }
  /** The objects that were there at `after`; `marksEnd` when a bookmark says that these were all. */
  | {
      readonly is: 'state';
      readonly after: number;
      readonly pages: AsyncIterable<ListPage>;
      readonly marksEnd: boolean;
    }
  /** The version was never given out, or the log was restored to before it: the log ends at `end`. */
  | { readonly is: 'beyond'; readonly version: number; readonly end: number };

export interface OpeningSources {
  readonly hub: Pick<WatchHub, 'position'>;
  readonly reader: Pick<ReadModelsReader, 'list'>;
  readonly confirmedEnd: ReadPointSources['confirmedEnd'];
}

/** Finds out where a watch begins; throws a refusal when that cannot be told in time. */
export const openingOf = async (
  request: ResolvedRequest,
  selectors: Selectors,
  { hub, reader, confirmedEnd }: OpeningSources,
): Promise<WatchOpening> => {
  const start = startOf(request.query);
  switch (start.from) {
    case 'now':
      return { is: 'events', after: await confirmedEnd(request) };
    case 'version': {
      const { version } = start;
      if (version <= hub.position) return { is: 'events', after: version };
      // Ahead of this hub, which may merely be behind: only the end of the log tells.
      const end = await confirmedEnd(request);
      return version <= end ? { is: 'events', after: version } : { is: 'beyond', version, end };
    }
    case 'state': {
      const list = await reader.list(objectsOf(request, selectors), start.freshness, request);
      return { is: 'state', after: list.at, pages: list.pages, marksEnd: start.marksEnd };
    }
    default:
      return assertNever(start);
  }
};
