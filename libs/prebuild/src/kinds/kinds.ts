/** The kinds of the pools, in the order in which they refer to one another. */
import type { JsonObject } from '@holdfast/kernel';

import { POOL_DECISION_DEFINITION } from './pool-decision.js';
import { PRESET_DEFINITION } from './preset.js';
import { TEMPLATE_DEFINITION } from './template.js';
import { TEMPLATE_VERSION_DEFINITION } from './template-version.js';
import { WORKSPACE_CLAIM_DEFINITION } from './workspace-claim.js';
import { WORKSPACE_DEFINITION } from './workspace.js';

/** Their CustomResourceDefinitions. */
export const PREBUILD_KINDS: readonly JsonObject[] = [
  TEMPLATE_DEFINITION,
  TEMPLATE_VERSION_DEFINITION,
  PRESET_DEFINITION,
  WORKSPACE_DEFINITION,
  WORKSPACE_CLAIM_DEFINITION,
  POOL_DECISION_DEFINITION,
];
