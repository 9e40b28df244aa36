/** Where a watch begins, as its query says. */
import type { RequestQuery } from '../http/resolved-request.js';
import type { Freshness } from '../lists/freshness.js';

export type WatchStart =
  /** With every change after a version. */
  | { readonly from: 'version'; readonly version: number }
  /** With every change from now on. */
  | { readonly from: 'now' }
  /** With the objects that are there, as ADDED, and then every change. */
  | { readonly from: 'state'; readonly freshness: Freshness; readonly marksEnd: boolean };

export const startOf = ({
  resourceVersion,
  sendInitialEvents,
  allowWatchBookmarks,
}: Pick<RequestQuery, 'resourceVersion' | 'sendInitialEvents' | 'allowWatchBookmarks'>): WatchStart => {
  if (sendInitialEvents === true) {
    return { from: 'state', freshness: freshnessOf(resourceVersion), marksEnd: allowWatchBookmarks };
  }
  if (resourceVersion !== undefined && resourceVersion !== 0) return { from: 'version', version: resourceVersion };
  if (sendInitialEvents === false) return { from: 'now' };
  return { from: 'state', freshness: freshnessOf(resourceVersion), marksEnd: false };
};

const freshnessOf = (resourceVersion: number | undefined): Freshness => {
  if (resourceVersion === undefined) return { is: 'newest' };
  return resourceVersion === 0 ? { is: 'any' } : { is: 'notOlderThan', version: resourceVersion };
};
