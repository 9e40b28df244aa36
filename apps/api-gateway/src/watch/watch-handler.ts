/** `GET` of a collection with `watch=true`: a stream of events that begins where the query says. */
import type { WatchHandler, ResolvedRequest } from '../http/resolved-request.js';
import { selectorsOf } from '../lists/selectors.js';
import type { Selectors } from '../lists/selectors.js';
import { resourceName } from './commit-ring.js';
import { responseSink } from './response-sink.js';
import type { Selection } from './selection.js';
import { watchEncodingFor } from './watch-encoding-for.js';
import type { WatchHub } from './watch-hub.js';
import { openingOf } from './watch-opening.js';
import type { OpeningSources } from './watch-opening.js';
import { runWatch } from './watch-session.js';
import type { Watcher } from './watcher.js';

export interface WatchHandlerOptions extends OpeningSources {
  readonly hub: WatchHub;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Told why a watch ended that should not have. */
  readonly onFailure: (error: unknown, request: ResolvedRequest) => void;
}

export const watchHandler =
  (options: WatchHandlerOptions): WatchHandler =>
  async (request, reply) => {
    const selectors = selectorsOf(request);
    const timeoutMs = timeoutOf(request, options.random);
    const opening = await openingOf(request, selectors, options);
    // Nobody would tell that the connection is gone if it went while the opening was looked up.
    if (reply.raw.destroyed || reply.raw.socket?.destroyed === true) {
      reply.hijack();
      return;
    }
    const watcher: Watcher = options.hub.watch({
      resource: resourceName(request.kind.group, request.kind.plural),
      selection: selectionOf(request, selectors),
      encoding: watchEncodingFor(request, () => new Date()),
      sink: responseSink(reply, () => watcher.drained()),
      allowBookmarks: request.query.allowWatchBookmarks,
    });
    // Of the response: the request's own `close` comes as soon as its body was read.
    reply.raw.once('close', () => watcher.close('client'));
    try {
      await runWatch({ hub: options.hub, watcher, opening, timeoutMs });
    } catch (error) {
      if (!watcher.isClosed) options.onFailure(error, request);
      watcher.close('error');
    }
  };

const SHORTEST_DEFAULT_MS = 30 * 60 * 1000;

/** Without a wish of the client's, 30 to 60 minutes: watches that began together do not end together. */
const timeoutOf = ({ query }: ResolvedRequest, random: () => number): number =>
  query.timeoutSeconds === undefined || query.timeoutSeconds === 0
    ? Math.round(SHORTEST_DEFAULT_MS * (1 + random()))
    : Math.min(query.timeoutSeconds * 1000, LONGEST_MS);

/** What a timer can hold. */
const LONGEST_MS = 2 ** 31 - 1;

const selectionOf = ({ namespace, query }: ResolvedRequest, { matches }: Selectors): Selection => ({
  key: JSON.stringify([namespace, query.labelSelector, query.fieldSelector]),
  namespace,
  ...(matches === undefined ? {} : { matches }),
});
