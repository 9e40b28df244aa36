/** The rules of the kinds of pools, for the store that decides every write of them. */
import { qualifiedResource } from '@holdfast/kernel';
import type { KindRules, RulesByKind } from '@holdfast/resource';

import type { PrebuildKind } from '../kinds/define-kind.js';
import { PRESETS } from '../kinds/preset.js';
import { TEMPLATES } from '../kinds/template.js';
import { TEMPLATE_VERSIONS } from '../kinds/template-version.js';
import { WORKSPACE_CLAIMS } from '../kinds/workspace-claim.js';
import { WORKSPACES } from '../kinds/workspace.js';
import { presetRules } from './preset-rules.js';
import { templateRules } from './template-rules.js';
import { templateVersionRules } from './template-version-rules.js';
import { workspaceClaimRules } from './workspace-claim-rules.js';
import { workspaceRules } from './workspace-rules.js';

const of = ({ group, resource }: PrebuildKind<object, object>, rules: KindRules): readonly [string, KindRules] => [
  qualifiedResource(group, resource),
  rules,
];

export const prebuildRules: RulesByKind = new Map([
  of(TEMPLATES, templateRules),
  of(TEMPLATE_VERSIONS, templateVersionRules),
  of(PRESETS, presetRules),
  of(WORKSPACES, workspaceRules),
  of(WORKSPACE_CLAIMS, workspaceClaimRules),
]);
