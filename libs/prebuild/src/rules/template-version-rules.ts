import { objectAt } from '@holdfast/kernel';
import type { Cause } from '@holdfast/kernel';
import { duplicateValue, forbidden, invalidValue, requiredValue } from '@holdfast/resource';
import type { KindRules, ResourceState } from '@holdfast/resource';

import type { ParameterDefinition, ProvisionerSettings, ReadinessProbe } from '../kinds/objects.js';
import { TEMPLATES } from '../kinds/template.js';
import { TEMPLATE_VERSIONS } from '../kinds/template-version.js';
import { changedFields, refuseChanges } from './changed-fields.js';
import { isDeleting, lookUp, specIn } from './look-up.js';
import { checkValue } from './parameters.js';

/** A version says one thing for ever, and stays as long as it is the active one of its template. */
export const templateVersionRules: KindRules = {
  check: ({ before, after }) => {
    if (before !== undefined) {
      const changed = changedFields(objectAt(before, 'spec'), objectAt(after, 'spec'), 'spec');
      return refuseChanges(changed, 'a template version cannot be changed; create another one');
    }
    const { provisioner, parameters, readiness } = specIn(TEMPLATE_VERSIONS, after);
    return [
      ...checkProvisioner(provisioner),
      ...parameters.flatMap(checkParameter),
      ...checkReadiness(readiness, provisioner),
    ];
  },
  undeletable: (object, key, state) => {
    const { template: name } = specIn(TEMPLATE_VERSIONS, object);
    const template = lookUp(state, TEMPLATES, { namespace: key.namespace, name });
    if (template === undefined || template.deleting || template.spec.activeVersion !== key.name) return undefined;
    if (goesWithAll(state, key.namespace)) return undefined;
    return `it is the active version of template "${name}"; make another version active, or delete the template first`;
  },
};

/** The whole namespace is being deleted, or the kind. */
const goesWithAll = (state: ResourceState, namespace: string): boolean => {
  const { group, resource } = TEMPLATE_VERSIONS;
  const found = state.get({ group: '', resource: 'namespaces', namespace: '', name: namespace });
  return state.kind(group, resource)?.terminating === true || (found !== undefined && isDeleting(found.object));
};

/** The two that are shipped have settings of their own. */
const SHIPPED = ['exec', 'container'] as const;

const checkProvisioner = (provisioner: ProvisionerSettings): readonly Cause[] =>
  SHIPPED.flatMap((shipped): readonly Cause[] => {
    const field = `spec.provisioner.${shipped}`;
    const isThere = provisioner[shipped] !== undefined;
    if (isThere === (provisioner.name === shipped)) return [];
    return isThere
      ? [
          forbidden(
            field,
            `the provisioner is "${provisioner.name}"; expected settings of ${shipped} only for ${shipped}`,
          ),
        ]
      : [requiredValue(field, `the provisioner is "${shipped}"`)];
  });

const checkParameter = (
  { name, type, default: value, options = [] }: ParameterDefinition,
  index: number,
  all: readonly ParameterDefinition[],
): readonly Cause[] => {
  const field = `spec.parameters[${index}]`;
  const alike = all.findIndex((other) => other.name.toUpperCase() === name.toUpperCase());
  return [
    // Scripts read them in upper case.
    ...(alike < index && all[alike]?.name !== name ? [duplicateValue(`${field}.name`, name)] : []),
    ...options.flatMap((option, i) => checkValue(`${field}.options[${i}]`, option, { type })),
    ...(value === undefined ? [] : checkValue(`${field}.default`, value, { type, options })),
  ];
};

const PROBES = ['command', 'tcp', 'http'] as const;

const checkReadiness = (
  readiness: ReadinessProbe | undefined,
  { name, container }: ProvisionerSettings,
): readonly Cause[] => {
  if (readiness === undefined) return [];
  const said = PROBES.filter((probe) => readiness[probe] !== undefined);
  const causes: Cause[] = [];
  if (said.length === 0) causes.push(requiredValue('spec.readiness', 'exactly one of command, tcp and http'));
  if (said.length > 1) {
    causes.push(
      forbidden('spec.readiness', `expected exactly one of command, tcp and http, not ${said.join(' and ')}`),
    );
  }
  if (name !== 'container' || container === undefined) return causes;
  const ports = (container.ports ?? []).map((port) => port.name);
  for (const probe of ['tcp', 'http'] as const) {
    const endpoint = readiness[probe]?.endpoint;
    if (endpoint === undefined || ports.includes(endpoint)) continue;
    const detail = `no port of the container has that name; expected one of ${ports.join(', ') || 'none'}`;
    causes.push(invalidValue(`spec.readiness.${probe}.endpoint`, endpoint, detail));
  }
  return causes;
};
