/** How new, or how old, what is read has to be, as the query of a GET or LIST says. */
import type { RequestQuery } from '../http/resolved-request.js';
import type { ContinueToken } from './continue-token.js';
import { readContinueToken } from './continue-token.js';
import { badRequest } from '../http/status-error.js';

export type Freshness =
  /** The newest: nothing acknowledged before the request may be missing. */
  | { readonly is: 'newest' }
  /** Whatever is at hand. */
  | { readonly is: 'any' }
  | { readonly is: 'notOlderThan'; readonly version: number }
  /** The state at a version; inside a transaction, at its end. */
  | { readonly is: 'exact'; readonly version: number }
  /** The state at a moment, by the log's own time. */
  | { readonly is: 'moment'; readonly at: Date }
  /** The rest of a list that was begun at a version. */
  | { readonly is: 'continued'; readonly token: ContinueToken };

type Asked = Pick<RequestQuery, 'resourceVersion' | 'resourceVersionMatch' | 'at' | 'continue' | 'limit'>;

export const freshnessOf = ({ resourceVersion, resourceVersionMatch, at, continue: next, limit }: Asked): Freshness => {
  if (next !== '') {
    if (resourceVersion !== undefined && resourceVersion !== 0) {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    if (at !== undefined) throw badRequest('specifying at is not allowed when using continue');
    return { is: 'continued', token: readContinueToken(next) };
  }
  if (at !== undefined) return { is: 'moment', at };
  if (resourceVersion === undefined) return { is: 'newest' };
  if (resourceVersionMatch === 'Exact') return { is: 'exact', version: resourceVersion };
  if (resourceVersion === 0) return { is: 'any' };
  if (resourceVersionMatch === undefined && limit !== undefined && limit > 0) {
    return { is: 'exact', version: resourceVersion };
  }
  return { is: 'notOlderThan', version: resourceVersion };
};
