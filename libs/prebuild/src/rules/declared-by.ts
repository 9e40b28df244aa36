import type { ResourceState } from '@holdfast/resource';

import { TEMPLATES } from '../kinds/template.js';
import { TEMPLATE_VERSIONS } from '../kinds/template-version.js';
import { lookUp } from './look-up.js';
import type { Declared } from './parameters.js';

export type DeclaredBy =
  /** `declared` is missing while no version is active. */
  { readonly ok: true; readonly declared?: Declared } | { readonly ok: false; readonly problem: string };

/** The parameters of a template's active version; the template must be there, and stay. */
export const declaredBy = (
  state: ResourceState,
  place: { readonly namespace: string; readonly name: string },
): DeclaredBy => {
  const template = lookUp(state, TEMPLATES, place);
  if (template === undefined) {
    return { ok: false, problem: `there is no template "${place.name}" in namespace ${place.namespace}` };
  }
  if (template.deleting) return { ok: false, problem: `template "${place.name}" is being deleted` };
  const name = template.spec.activeVersion ?? '';
  const version = lookUp(state, TEMPLATE_VERSIONS, { ...place, name });
  return { ok: true, ...(version && { declared: { version: name, parameters: version.spec.parameters } }) };
};
