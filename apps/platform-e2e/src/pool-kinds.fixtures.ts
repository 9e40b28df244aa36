/** Objects of the kinds of pools that nobody builds: their provisioner is nobody's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { JsonObject } from '@holdfast/kernel';

import { workspace } from './racks.fixtures.js';

export const POOLS_GROUP = 'prebuilds.holdfast.dev';
export const POOLS = `/apis/${POOLS_GROUP}/v1/namespaces/default`;

const pooled = (kind: string, name: string, spec: JsonObject) => ({
  apiVersion: `${POOLS_GROUP}/v1`,
  kind,
  metadata: { name, namespace: 'default' },
  spec,
});

export const template = (name: string, spec: JsonObject = {}) => pooled('Template', name, spec);

export const templateVersion = (name: string, of: string, spec: JsonObject = {}) =>
  pooled('TemplateVersion', name, {
    template: of,
    provisioner: { name: 'nobody' },
    parameters: [
      { name: 'size', type: 'string', options: ['small', 'large'] },
      { name: 'debug', type: 'boolean', default: false },
    ],
    ...spec,
  });

export const poolPreset = (name: string, of: string, prebuilds: JsonObject = {}, spec: JsonObject = {}) =>
  pooled('Preset', name, { template: of, parameters: { size: 'large' }, prebuilds, ...spec });

export const claimOf = (name: string, spec: JsonObject) => pooled('WorkspaceClaim', name, { owner: 'ada', ...spec });

/** The examples of the documentation, one after another. */
export const documentedExamples = (): string =>
  [
    ...readFileSync(join(workspace, 'docs', 'pools.md'), 'utf8').matchAll(
      /^```yaml\n(apiVersion: prebuilds[^]*?)^```$/gm,
    ),
  ]
    .map(([, yaml]) => yaml ?? '')
    .join('---\n');
