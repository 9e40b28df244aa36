import { jsonEquals, objectAt } from '@holdfast/kernel';
import type { Cause, JsonObject } from '@holdfast/kernel';
import { forbidden, invalidValue, requiredValue } from '@holdfast/resource';
import type { KindRules, ObjectChange, ResourceState } from '@holdfast/resource';

import type { Parameters, ParameterValue } from '../kinds/objects.js';
import { POOL_OWNER } from '../kinds/objects.js';
import { PRESETS } from '../kinds/preset.js';
import { WORKSPACE_CLAIMS } from '../kinds/workspace-claim.js';
import { changedFields, refuseChanges } from './changed-fields.js';
import { declaredBy } from './declared-by.js';
import { lookUp, specIn } from './look-up.js';
import { checkLabelName } from './names.js';
import { checkGiven, checkParameters, givenValue } from './parameters.js';
import type { Declared } from './parameters.js';

const LONGEST_NAME = 63;

/** A claim asks for something that is there, once, and what it was given stays. */
export const workspaceClaimRules: KindRules = {
  check: (change, state) => {
    const { key, before, after } = change;
    if (before !== undefined) return [...refuseOtherWish(before, after), ...refuseOtherWorkspace(before, after)];
    return [...checkLabelName(key.name, LONGEST_NAME), ...checkOwner(after), ...checkWish(change, state)];
  },
};

const refuseOtherWish = (before: JsonObject, after: JsonObject): readonly Cause[] =>
  refuseChanges(
    changedFields(objectAt(before, 'spec'), objectAt(after, 'spec'), 'spec'),
    'a claim cannot be changed; create another one',
  );

const refuseOtherWorkspace = (before: JsonObject, after: JsonObject): readonly Cause[] => {
  const [bound, other] = [before, after].map((object) => objectAt(object, 'status')['workspace'] ?? null);
  if (bound === null || bound === undefined || jsonEquals(bound, other ?? null)) return [];
  return [forbidden('status.workspace', 'the claim has its workspace already')];
};

const checkOwner = (claim: JsonObject): readonly Cause[] =>
  specIn(WORKSPACE_CLAIMS, claim).owner === POOL_OWNER
    ? [invalidValue('spec.owner', POOL_OWNER, 'that is who owns what nobody has claimed; expected somebody else')]
    : [];

const checkWish = (change: ObjectChange, state: ResourceState): readonly Cause[] => {
  const { preset, template } = specIn(WORKSPACE_CLAIMS, change.after);
  if (preset !== undefined && template !== undefined) {
    return [forbidden('spec.template', `expected either a preset or a template, not "${preset}" and "${template}"`)];
  }
  if (preset !== undefined) return checkOfPreset(change, preset, state);
  if (template !== undefined) return checkOfTemplate(change, template, state);
  return [requiredValue('spec.preset', 'expected either a preset or a template')];
};

const checkOfPreset = ({ key, after }: ObjectChange, name: string, state: ResourceState): readonly Cause[] => {
  const { namespace } = key;
  const preset = lookUp(state, PRESETS, { namespace, name });
  const refuse = (detail: string): readonly Cause[] => [invalidValue('spec.preset', name, detail)];
  if (preset === undefined) return refuse(`there is no preset "${name}" in namespace ${namespace}`);
  if (preset.deleting) return refuse(`preset "${name}" is being deleted`);
  const found = declaredBy(state, { namespace, name: preset.spec.template });
  if (!found.ok) return refuse(found.problem);
  if (found.declared === undefined) return [];
  const { parameters } = specIn(WORKSPACE_CLAIMS, after);
  return [
    ...checkGiven(parameters, found.declared),
    ...refuseImmutable(parameters, preset.spec.parameters, found.declared),
  ];
};

const refuseImmutable = (given: Parameters, preset: Parameters, { parameters }: Declared): readonly Cause[] =>
  parameters.flatMap(({ name, immutable, default: usual }): readonly Cause[] => {
    const [wanted, fixed] = [givenValue(given, name), givenValue(preset, name) ?? usual];
    if (!immutable || wanted === undefined || wanted === fixed) return [];
    return [invalidValue(`spec.parameters.${name}`, wanted, `it is immutable; expected ${quoted(fixed)} or nothing`)];
  });

const quoted = (value: ParameterValue | undefined): string => JSON.stringify(value ?? null);

const checkOfTemplate = ({ key, after }: ObjectChange, name: string, state: ResourceState): readonly Cause[] => {
  const found = declaredBy(state, { namespace: key.namespace, name });
  if (!found.ok) return [invalidValue('spec.template', name, found.problem)];
  if (found.declared === undefined) return [];
  const { parameters } = specIn(WORKSPACE_CLAIMS, after);
  return checkParameters(parameters, found.declared);
};
