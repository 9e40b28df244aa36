/** What a request selects: as conditions for SQL, and as a predicate for events. */
import type { SelectorValues } from '@holdfast/contracts';
import { RefusalError } from '@holdfast/kernel';
import { matchesSelector, parseFieldSelector, parseLabelSelector, refuseFieldLabels } from '@holdfast/resource';
import type { ParsedSelector, Selector, SelectorRequirement } from '@holdfast/resource';
import type { ResolvedRequest } from '../http/resolved-request.js';

export interface Selectors extends Selector {
  /** Missing when everything is selected. */
  readonly matches?: (values: SelectorValues) => boolean;
}

/** Throws the refusal of a selector that cannot be read, or that names a field the kind cannot be selected by. */
export const selectorsOf = ({
  kind,
  version,
  query,
}: Pick<ResolvedRequest, 'kind' | 'version' | 'query'>): Selectors => {
  const labels = requirementsOf(parseLabelSelector(query.labelSelector));
  const fields = requirementsOf(parseFieldSelector(query.fieldSelector));
  const refusal = refuseFieldLabels(kind, version.name, fields);
  if (refusal !== undefined) throw new RefusalError(refusal);
  if (labels.length + fields.length === 0) return { labels, fields };
  return { labels, fields, matches: (values) => matchesSelector({ labels, fields }, values) };
};

const requirementsOf = (parsed: ParsedSelector): readonly SelectorRequirement[] => {
  if (!parsed.ok) throw new RefusalError(parsed.refusal);
  return parsed.requirements;
};
