/** The shipped rack example, read from its manifests and declared over HTTPS. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

import { eventually } from '@holdfast/testing';

import type { GatewayClient, KubeObject } from './gateway-client.fixtures.js';

export const workspace = resolve(import.meta.dirname, '..', '..', '..');
export const manifestFile = (name: string): string => join(workspace, 'examples', 'rack', 'manifests', name);

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const inventory = (resource: string): string => `/apis/inventory.holdfast.dev/v1/namespaces/default/${resource}`;

/** Resolves when every kind of the example is served. */
export const declareKinds = async (client: GatewayClient): Promise<void> => {
  for (const crd of await manifests('1-kinds.yaml')) await client.create(CRDS, crd);
  await eventually(async () => {
    const { body } = await client.send<{ resources: readonly object[] }>('GET', '/apis/inventory.holdfast.dev/v1');
    return (
      body.resources.filter((resource) => !('name' in resource && String(resource.name).includes('/'))).length === 6
    );
  });
};

/** The example's objects in the order of the file. */
export const exampleObjects = (): Promise<readonly Manifest[]> => manifests('2-racks.yaml');

export const declareExample = async (client: GatewayClient): Promise<void> => {
  for (const object of await exampleObjects()) await client.create(inventory(`${object.kind.toLowerCase()}s`), object);
};

export interface Counts {
  readonly chassis: number;
  readonly blades: number;
  readonly nodes: number;
  readonly bmcs: number;
}

/** How many children of a rack the lists tell; children carry their rack's name first in theirs. */
export const listedChildren = async (client: GatewayClient, rack: string): Promise<Counts> => {
  const count = async (resource: string): Promise<number> =>
    (await client.list(inventory(resource))).items.filter(({ metadata }) => metadata.name.startsWith(`${rack}-`))
      .length;
  const [chassis, blades, nodes, bmcs] = await Promise.all(['chassis', 'blades', 'nodes', 'bmcs'].map(count));
  return { chassis: chassis ?? 0, blades: blades ?? 0, nodes: nodes ?? 0, bmcs: bmcs ?? 0 };
};

export const readyStatus = ({ chassis, blades, nodes, bmcs }: Counts): object => ({
  totalChassis: chassis,
  totalBlades: blades,
  totalNodes: nodes,
  totalBMCs: bmcs,
  conditions: [{ type: 'Ready', status: 'True' }],
});

/** Resolves with the rack once it says it is Ready for its newest spec. */
export const readyRack = (client: GatewayClient, name: string, withinMs = 60_000): Promise<KubeObject> =>
  eventually(
    async () => {
      const rack = await client.get(inventory(`racks/${name}`));
      const { observedGeneration, conditions } = (rack.status ?? {}) as {
        observedGeneration?: number;
        conditions?: readonly { type: string; status: string }[];
      };
      const ready = conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
      return ready && observedGeneration === rack.metadata.generation ? rack : undefined;
    },
    { withinMs },
  );

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const manifests = async (file: string): Promise<readonly Manifest[]> =>
  parseAllDocuments(await readFile(manifestFile(file), 'utf8')).map((document) => document.toJS() as Manifest);
