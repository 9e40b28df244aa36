import type { Target } from '@holdfast/contracts';

import type { ResolvedRequest } from '../http/resolved-request.js';

type StoredSubresource = NonNullable<Target['subresource']>;

const OF_THE_STORE: readonly StoredSubresource[] = ['status', 'scale', 'finalize'];

const isOfTheStore = (subresource: ResolvedRequest['subresource']): subresource is StoredSubresource =>
  OF_THE_STORE.some((known) => known === subresource);

/** What the command of a request aims at. */
export const targetOf = ({ kind, version, namespace, name, subresource }: ResolvedRequest): Target => ({
  group: kind.group,
  version: version.name,
  resource: kind.plural,
  namespace,
  name,
  ...(isOfTheStore(subresource) ? { subresource } : {}),
});
