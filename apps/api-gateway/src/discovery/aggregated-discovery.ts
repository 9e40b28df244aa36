/** Discovery in one document: every group, version and resource at once (apidiscovery.k8s.io). */
import type { JsonObject } from '@holdfast/kernel';

import type { ApiGroup, ApiResource } from './api-groups.js';

export type AggregatedVersion = 'v2' | 'v2beta1';

/** The media type of the answer; clients read its parameters to know what they got. */
export const aggregatedType = (version: AggregatedVersion): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

export const groupDiscoveryList = (version: AggregatedVersion, groups: readonly ApiGroup[]): JsonObject => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: groups.map(groupItem),
});

const groupItem = ({ name, versions }: ApiGroup): JsonObject => ({
  metadata: name === '' ? {} : { name },
  versions: versions.map(({ version, resources }) => ({
    version,
    resources: resources.map((resource) => resourceItem(name, version, resource)),
    freshness: 'Current',
  })),
});

const resourceItem = (group: string, version: string, resource: ApiResource): JsonObject => ({
  resource: resource.name,
  responseKind: { group, version, kind: resource.kind },
  scope: resource.namespaced ? 'Namespaced' : 'Cluster',
  singularResource: resource.singular,
  verbs: resource.verbs,
  ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
  ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
  ...(resource.subresources.length === 0
    ? {}
    : {
        subresources: resource.subresources.map((subresource) => ({
          subresource: subresource.name,
          responseKind: { group: subresource.group, version: subresource.version, kind: subresource.kind },
          verbs: subresource.verbs,
        })),
      }),
});
