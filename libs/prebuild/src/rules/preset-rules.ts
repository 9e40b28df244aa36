import { jsonEquals, objectAt } from '@holdfast/kernel';
import type { Cause, JsonObject } from '@holdfast/kernel';
import { invalidValue } from '@holdfast/resource';
import type { KindRules, ObjectChange, ResourceState } from '@holdfast/resource';

import type { PrebuildsSpec } from '../kinds/objects.js';
import { PRESETS } from '../kinds/preset.js';
import { poolSettingsOf } from '../kinds/pool-settings.js';
import { validateSettings } from '../validate-settings.js';
import { declaredBy } from './declared-by.js';
import { specIn } from './look-up.js';
import { checkLabelName } from './names.js';
import { checkParameters } from './parameters.js';

/** Claims and workspaces are named after their preset, and need room for more. */
const LONGEST_NAME = 52;

/** What a preset asks for can be followed, and what it builds is there. */
export const presetRules: KindRules = {
  check: (change, state) => {
    const { key, before, after } = change;
    return [
      ...(before === undefined ? checkLabelName(key.name, LONGEST_NAME) : []),
      ...(changes(change, 'template') || changes(change, 'parameters') ? checkBuilt(change, state) : []),
      ...(changes(change, 'prebuilds') ? checkPrebuilds(specIn(PRESETS, after).prebuilds) : []),
    ];
  },
};

/** What was good once is let be: a template may have gone, or changed its parameters, since. */
const changes = ({ before, after }: ObjectChange, member: string): boolean =>
  before === undefined || !jsonEquals(specMember(before, member), specMember(after, member));

const specMember = (object: JsonObject, member: string): JsonObject[string] => objectAt(object, 'spec')[member] ?? null;

const checkBuilt = ({ key, after }: ObjectChange, state: ResourceState): readonly Cause[] => {
  const { template, parameters } = specIn(PRESETS, after);
  const found = declaredBy(state, { namespace: key.namespace, name: template });
  if (!found.ok) return [invalidValue('spec.template', template, found.problem)];
  // Without an active version nothing is built, and nothing is known of parameters yet.
  if (found.declared === undefined) return [];
  return checkParameters(parameters, found.declared);
};

const checkPrebuilds = (prebuilds: PrebuildsSpec): readonly Cause[] =>
  validateSettings(poolSettingsOf(prebuilds)).map(({ field, value, message }) =>
    invalidValue(`spec.prebuilds.${field === 'ttl' ? 'ttlSeconds' : field}`, value, message),
  );
