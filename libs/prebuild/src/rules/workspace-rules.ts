import { jsonEquals, objectAt } from '@holdfast/kernel';
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';
import { forbidden, requiredValue } from '@holdfast/resource';
import type { KindRules } from '@holdfast/resource';

import { POOL_OWNER } from '../kinds/objects.js';
import { WORKSPACES } from '../kinds/workspace.js';
import { checkBuiltFrom } from './built-from.js';
import { changedFields, refuseChanges } from './changed-fields.js';
import { specIn } from './look-up.js';
import { checkLabelName } from './names.js';

/** Its name is part of subjects. */
const LONGEST_NAME = 63;
const BUILT_FROM = ['template', 'version', 'preset', 'parameters'];

/**
 * What a workspace is built from is there when it is made, and stays; and it changes hands once: from the pool, to the
 * owner of a claim.
 */
export const workspaceRules: KindRules = {
  check: ({ key, before, after }, state) => [
    ...(before === undefined
      ? [...checkLabelName(key.name, LONGEST_NAME), ...checkBuiltFrom(key, specIn(WORKSPACES, after), state)]
      : [...refuseRebuilt(before, after), ...refuseOtherHands(before, after)]),
    ...checkClaimed(after),
  ],
};

const refuseRebuilt = (before: JsonObject, after: JsonObject): readonly Cause[] => {
  const changed = changedFields(builtFrom(before), builtFrom(after), 'spec');
  return refuseChanges(changed, 'a workspace is built once; create another one');
};

const builtFrom = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(objectAt(object, 'spec')).filter(([member]) => BUILT_FROM.includes(member)));

const refuseOtherHands = (before: JsonObject, after: JsonObject): readonly Cause[] => {
  const [{ owner: from }, { owner: to }] = [specIn(WORKSPACES, before), specIn(WORKSPACES, after)];
  const [claim, newClaim] = [claimRef(before), claimRef(after)];
  if (claim !== null && !jsonEquals(claim, newClaim)) return [forbidden('spec.claimRef', 'it is claimed already')];
  const isClaimed = claim === null && newClaim !== null;
  if (from === to)
    return isClaimed ? [forbidden('spec.claimRef', `a claim must change the owner, who is "${from}"`)] : [];
  if (from !== POOL_OWNER) {
    return [forbidden('spec.owner', `it belongs to "${from}"; only workspaces of "${POOL_OWNER}" change hands`)];
  }
  return isClaimed ? [] : [requiredValue('spec.claimRef', `the owner changes to "${to}" by a claim only`)];
};

const claimRef = (object: JsonObject): JsonValue => objectAt(object, 'spec')['claimRef'] ?? null;

const checkClaimed = (object: JsonObject): readonly Cause[] => {
  if (claimRef(object) === null || specIn(WORKSPACES, object).owner !== POOL_OWNER) return [];
  return [forbidden('spec.claimRef', `it belongs to "${POOL_OWNER}", and that claims nothing`)];
};
