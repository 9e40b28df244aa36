/** Templates, presets and their workspaces over HTTPS. */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';

import type { GatewayClient, KubeObject } from './gateway-client.fixtures.js';

export const pools = (resource: string): string => `/apis/prebuilds.holdfast.dev/v1/namespaces/default/${resource}`;

const object = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'prebuilds.holdfast.dev/v1',
  kind,
  metadata: { name },
  spec,
});

export const createVersion = (client: GatewayClient, template: string, name: string): Promise<KubeObject> =>
  client.create(
    pools('templateversions'),
    object('TemplateVersion', name, { template, provisioner: { name: 'stub' } }),
  );

/** A template whose active version is `<template>-v1`. */
export const createTemplate = async (client: GatewayClient, name: string): Promise<void> => {
  await createVersion(client, name, `${name}-v1`);
  await client.create(pools('templates'), object('Template', name, { activeVersion: `${name}-v1` }));
};

export const createPreset = (
  client: GatewayClient,
  { name, template, prebuilds }: { readonly name: string; readonly template: string; readonly prebuilds: object },
): Promise<KubeObject> => client.create(pools('presets'), object('Preset', name, { template, prebuilds }));

export const changePrebuilds = (client: GatewayClient, preset: string, prebuilds: object): Promise<KubeObject> =>
  client.mergePatch(`${pools('presets')}/${preset}`, { spec: { prebuilds } });

export const workspacesOf = async (client: GatewayClient, preset: string): Promise<readonly KubeObject[]> =>
  (await client.list(pools('workspaces'))).items.filter(({ spec }) => stringAt(spec, 'preset') === preset);

/** How many there are, by version and phase, such as `web-v1 Ready`. */
export const countsOf = async (client: GatewayClient, preset: string): Promise<Readonly<Record<string, number>>> => {
  const counts: Record<string, number> = {};
  for (const { spec, status } of await workspacesOf(client, preset)) {
    const what = `${stringAt(spec, 'version')} ${stringAt(status, 'phase') ?? 'Pending'}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
};

export const conditionOf = async (
  client: GatewayClient,
  preset: string,
  type: string,
): Promise<JsonObject | undefined> => {
  const { status } = await client.get(`${pools('presets')}/${preset}`);
  const conditions = (status?.['conditions'] ?? []) as readonly JsonObject[];
  return conditions.find((condition) => condition['type'] === type);
};

export const decisionOf = async (client: GatewayClient, preset: string, version: string): Promise<JsonObject> =>
  objectAt({ ...(await client.get(`${pools('pooldecisions')}/${preset}--${version}`)) }, 'spec');
