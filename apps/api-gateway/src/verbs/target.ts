import type { Target } from '@holdfast/contracts';

import type { ResolvedRequest } from '../http/resolved-request.js';

/** What the command of a request aims at. */
export const targetOf = ({ kind, version, namespace, name, subresource }: ResolvedRequest): Target => ({
  group: kind.group,
  version: version.name,
  resource: kind.plural,
  namespace,
  name,
  ...(subresource === 'status' || subresource === 'finalize' ? { subresource } : {}),
});
