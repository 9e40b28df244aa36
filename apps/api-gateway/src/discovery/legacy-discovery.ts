/** Discovery as every client knows it: one document for the groups, one for each version of a group. */
import type { JsonObject } from '@holdfast/kernel';

import type { ApiGroup, ApiResource, ApiSubresource, ApiVersion } from './api-groups.js';

export const apiVersions = (): JsonObject => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [],
});

export const apiGroupList = (groups: readonly ApiGroup[]): JsonObject => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groups.filter(({ name }) => name !== '').map(groupEntry),
});

export const apiGroup = (group: ApiGroup): JsonObject => ({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) });

/** A resource stands before its subresources: clients take the first entry of a kind. */
export const apiResourceList = (group: string, { version, resources }: ApiVersion): JsonObject => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: groupVersion(group, version),
  resources: resources.flatMap((resource) => [
    resourceEntry(resource),
    ...resource.subresources.map((subresource) => subresourceEntry(group, version, resource, subresource)),
  ]),
});

const groupVersion = (group: string, version: string): string => (group === '' ? version : `${group}/${version}`);

const groupEntry = ({ name, versions }: ApiGroup): JsonObject => {
  const entries = versions.map(({ version }) => ({ groupVersion: groupVersion(name, version), version }));
  return { name, versions: entries, preferredVersion: entries[0] };
};

const resourceEntry = ({
  name,
  singular,
  namespaced,
  kind,
  verbs,
  shortNames,
  categories,
}: ApiResource): JsonObject => ({
  name,
  singularName: singular,
  namespaced,
  kind,
  verbs,
  ...(shortNames.length === 0 ? {} : { shortNames }),
  ...(categories.length === 0 ? {} : { categories }),
});

const subresourceEntry = (
  group: string,
  version: string,
  resource: ApiResource,
  subresource: ApiSubresource,
): JsonObject => {
  const elsewhere = subresource.group !== group || subresource.version !== version;
  return {
    name: `${resource.name}/${subresource.name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(elsewhere ? { group: subresource.group, version: subresource.version } : {}),
    kind: subresource.kind,
    verbs: subresource.verbs,
  };
};
