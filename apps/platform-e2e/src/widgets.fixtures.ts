/** A kind of the tests' own: small, with a strict schema, one selectable field and a status of its own. */
import { eventually } from '@holdfast/testing';

import type { JsonObject } from '@holdfast/kernel';

import type { GatewayClient } from './gateway-client.fixtures.js';

export const GROUP = 'tests.holdfast.dev';
export const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const WIDGETS = `/apis/${GROUP}/v1/namespaces/default/widgets`;
export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

export const widget = (name: string, spec: JsonObject = { size: 1 }, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Widget',
  metadata: { name, ...metadata },
  spec,
});

export const configMap = (name: string, data: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

export const widgetSchema: JsonObject = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      description: 'What the widget is meant to be.',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 1_000_000, description: 'How large it is.' },
        color: { type: 'string', enum: ['red', 'green', 'blue'], default: 'red' },
        parts: { type: 'array', maxItems: 3, items: { type: 'string' } },
      },
    },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

export const widgetVersion = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  served: true,
  storage: true,
  subresources: { status: {} },
  selectableFields: [{ jsonPath: '.spec.color' }],
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
  ],
  schema: { openAPIV3Schema: widgetSchema },
  ...more,
});

/** The kind's definition; `plural` names another kind with the same schema. */
export const widgetCrd = (spec: JsonObject = {}, { plural = 'widgets', group = GROUP } = {}): JsonObject => {
  const kind = plural.charAt(0).toUpperCase() + plural.slice(1, -1);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List`, shortNames: [plural.slice(0, 2)] },
      versions: [widgetVersion('v1')],
      ...spec,
    },
  };
};

/** Resolves when widgets are served. */
export const declareWidgets = async (client: GatewayClient): Promise<void> => {
  await client.create(CRDS, widgetCrd());
  await eventually(async () => (await client.send('GET', WIDGETS)).code === 200, { withinMs: 60_000 });
};
