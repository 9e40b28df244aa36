/**
 * What a new workspace is built from. It is asked when one is made, by a pool or for a claim as by hand, and never again:
 * whatever becomes of template, version and preset, what lives can be changed, stopped and deleted.
 */
import type { Cause } from '@holdfast/kernel';
import { invalidValue } from '@holdfast/resource';
import type { ResourceState } from '@holdfast/resource';

import type { WorkspaceSpec } from '../kinds/objects.js';
import { PRESETS } from '../kinds/preset.js';
import { TEMPLATES } from '../kinds/template.js';
import { TEMPLATE_VERSIONS } from '../kinds/template-version.js';
import { lookUp } from './look-up.js';
import type { Found } from './look-up.js';
import { checkParameters } from './parameters.js';

type Built = Pick<WorkspaceSpec, 'template' | 'version' | 'preset' | 'parameters'>;

/** Template, version and preset are there and belong together, and the version takes the parameters. */
export const checkBuiltFrom = (
  { namespace }: { readonly namespace: string },
  built: Built,
  state: ResourceState,
): readonly Cause[] => {
  const { template, version, preset, parameters } = built;
  const found = {
    template: lookUp(state, TEMPLATES, { namespace, name: template }),
    version: lookUp(state, TEMPLATE_VERSIONS, { namespace, name: version }),
    preset: preset === undefined ? undefined : lookUp(state, PRESETS, { namespace, name: preset }),
  };
  const declared = found.version && { version, parameters: found.version.spec.parameters };
  return [
    ...checkThere('template', template, { what: 'template', namespace, found: found.template }),
    ...checkThere('version', version, { what: 'template version', namespace, found: found.version }),
    ...checkOfTemplate('version', template, found.version),
    ...(preset === undefined ? [] : checkThere('preset', preset, { what: 'preset', namespace, found: found.preset })),
    ...checkOfTemplate('preset', template, found.preset),
    ...(declared === undefined ? [] : checkParameters(parameters, declared)),
  ];
};

interface Sought {
  readonly what: string;
  readonly namespace: string;
  readonly found: Found<object> | undefined;
}

const checkThere = (member: keyof Built, name: string, { what, namespace, found }: Sought): readonly Cause[] => {
  const refuse = (problem: string): readonly Cause[] => [invalidValue(`spec.${member}`, name, problem)];
  if (found === undefined) return refuse(`there is no ${what} "${name}" in namespace ${namespace}`);
  return found.deleting ? refuse(`${what} "${name}" is being deleted`) : [];
};

const checkOfTemplate = (
  member: 'version' | 'preset',
  template: string,
  found: Found<{ readonly template: string }> | undefined,
): readonly Cause[] =>
  found === undefined || found.spec.template === template
    ? []
    : [invalidValue(`spec.${member}`, found.name, `it is of template "${found.spec.template}", not of "${template}"`)];
