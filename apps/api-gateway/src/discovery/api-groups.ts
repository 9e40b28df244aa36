/** What there is to discover: groups, their versions, their resources, each in the order in which clients take the first. */
import type { KindDefinition, KindVersion } from '@holdfast/resource';

import { subresourcesOf } from '../http/subresources.js';
import type { Method } from '../http/subresources.js';
import { compareVersions } from './version-order.js';

export interface ApiSubresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

export interface ApiResource {
  readonly name: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly ApiSubresource[];
}

export interface ApiVersion {
  readonly version: string;
  readonly resources: readonly ApiResource[];
}

export interface ApiGroup {
  /** '' for the core group. */
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly ApiVersion[];
}

/** A resource that can be created and is kept nowhere, such as a review. */
export interface CallResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
}

/** The groups of all kinds and calls: the built-in ones first, the others by name. */
export const apiGroups = (kinds: readonly KindDefinition[], calls: readonly CallResource[]): ApiGroup[] => {
  const builtIn = new Set([...kinds.filter((kind) => kind.builtIn), ...calls].map(({ group }) => group));
  const names = [...new Set([...kinds, ...calls].map(({ group }) => group))];
  return names
    .sort((a, b) => Number(builtIn.has(b)) - Number(builtIn.has(a)) || compareText(a, b))
    .map((name) => ({ name, versions: versionsOf(name, kinds, calls) }));
};

const versionsOf = (group: string, kinds: readonly KindDefinition[], calls: readonly CallResource[]): ApiVersion[] => {
  const resources = new Map<string, ApiResource[]>();
  const add = (version: string, resource: ApiResource): void => {
    resources.set(version, [...(resources.get(version) ?? []), resource]);
  };
  for (const kind of kinds.filter((candidate) => candidate.group === group)) {
    for (const version of kind.versions.filter(({ served }) => served)) add(version.name, resourceOf(kind, version));
  }
  for (const call of calls.filter((candidate) => candidate.group === group)) add(call.version, callResource(call));
  return [...resources]
    .sort(([a], [b]) => compareVersions(a, b))
    .map(([version, found]) => ({ version, resources: found.sort((a, b) => compareText(a.name, b.name)) }));
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const resourceOf = (kind: KindDefinition, version: KindVersion): ApiResource => ({
  name: kind.plural,
  singular: kind.singular,
  kind: kind.kind,
  namespaced: kind.scope === 'Namespaced',
  verbs: [...kind.verbs].sort(),
  shortNames: kind.shortNames,
  categories: kind.categories,
  subresources: subresourceEntries(kind, version),
});

const subresourceEntries = (kind: KindDefinition, version: KindVersion): ApiSubresource[] =>
  subresourcesOf({ kind, version }).map(({ name, methods, answer }) => ({
    name,
    ...(answer ?? { group: kind.group, version: version.name, kind: kind.kind }),
    verbs: METHODS.filter((method) => methods[method] !== undefined).map((method) => VERB_OF[method]),
  }));

const VERB_OF: Readonly<Record<Method, string>> = { POST: 'create', GET: 'get', PATCH: 'patch', PUT: 'update' };
const METHODS: readonly Method[] = ['POST', 'GET', 'PATCH', 'PUT'];

const callResource = ({ resource, kind }: CallResource): ApiResource => ({
  name: resource,
  singular: kind.toLowerCase(),
  kind,
  namespaced: false,
  verbs: ['create'],
  shortNames: [],
  categories: [],
  subresources: [],
});
