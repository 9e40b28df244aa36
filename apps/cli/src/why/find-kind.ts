/** Finds a kind by what people call it: plural, singular, short name or kind, with its group where that is needed. */
import { z } from 'zod';

import type { GatewayClient } from '../gateway-client.js';

export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
}

const DISCOVERY = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Every kind that the gateway serves: the core group first, of each group its preferred version first. */
export const discoverKinds = async (client: GatewayClient): Promise<readonly ServedKind[]> => {
  const documents = await Promise.all(['/api', '/apis'].map((path) => client.get(path, DISCOVERY)));
  return documents.flatMap(readDiscovery);
};

/** `name` as kubectl takes it: `rack`, `racks`, `Rack.inventory.holdfast.dev`, `racks.v1.inventory.holdfast.dev`. */
export const findKind = (kinds: readonly ServedKind[], name: string): ServedKind | undefined => {
  const [first = '', ...rest] = name.toLowerCase().split('.');
  const group = rest.join('.');
  const isMeant = (kind: ServedKind): boolean =>
    group === '' || group === kind.group || group === `${kind.version}.${kind.group}`;
  return kinds.find((kind) => isMeant(kind) && namesOf(kind).includes(first));
};

export const objectPath = (
  { group, version, plural, namespaced }: ServedKind,
  namespace: string,
  name: string,
): string => {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const place = namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${base}${place}/${plural}/${encodeURIComponent(name)}`;
};

const namesOf = ({ plural, singular, kind, shortNames }: ServedKind): readonly string[] => [
  plural,
  singular,
  kind.toLowerCase(),
  ...shortNames,
];

const discoverySchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string().default('') }),
      versions: z.array(
        z.object({
          version: z.string(),
          resources: z.array(
            z.object({
              resource: z.string(),
              responseKind: z.object({ kind: z.string() }),
              scope: z.string(),
              singularResource: z.string().default(''),
              shortNames: z.array(z.string()).default([]),
              verbs: z.array(z.string()),
            }),
          ),
        }),
      ),
    }),
  ),
});

const readDiscovery = (document: unknown): readonly ServedKind[] =>
  discoverySchema.parse(document).items.flatMap(({ metadata, versions }) =>
    versions.flatMap(({ version, resources }) =>
      resources
        .filter(({ verbs }) => verbs.includes('get'))
        .map(({ resource, responseKind, scope, singularResource, shortNames }) => ({
          group: metadata.name,
          version,
          plural: resource,
          singular: singularResource,
          kind: responseKind.kind,
          shortNames,
          namespaced: scope === 'Namespaced',
        })),
    ),
  );
