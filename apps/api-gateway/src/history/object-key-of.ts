import type { ObjectKey } from '@holdfast/contracts';
import type { ResolvedRequest } from '../http/resolved-request.js';

/** The object that a request names. */
export const keyOf = ({ kind, namespace, name }: ResolvedRequest): ObjectKey => ({
  group: kind.group,
  resource: kind.plural,
  namespace,
  name,
});
