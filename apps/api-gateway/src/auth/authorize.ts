/**
 * Who may do what: `system:masters` everything; everybody else may look at what there is, ask who they are, and claim a
 * workspace for themselves.
 */
import { qualifiedResource } from '@holdfast/kernel';
import { PREBUILDS_GROUP } from '@holdfast/prebuild';

import { refuse } from '../http/status-error.js';
import type { User } from '../http/resolved-request.js';

export const MASTERS = 'system:masters';

/** A request on a resource, as access rules see it. */
export interface ResourceAttributes {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export const mayDoAnything = (user: User): boolean => user.groups.includes(MASTERS);

/** Throws 403 in the words that clients know, unless the user may do that. */
export const authorizeResource = (user: User, verb: string, attributes: ResourceAttributes): void => {
  if (mayDoAnything(user) || isClaim(verb, attributes)) return;
  const { group, resource, subresource, namespace, name } = attributes;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const subject = `${qualifiedResource(group, resource)}${name === '' ? '' : ` "${name}"`} is forbidden`;
  const what = `User "${user.name}" cannot ${verb} resource "${full}" in API group "${group}"`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  throw refuse('Forbidden', `${subject}: ${what} ${where}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
};

/** For whom a workspace is claimed is judged by what answers the claim. */
export const isClaim = (
  verb: string,
  { group, resource, subresource }: Pick<ResourceAttributes, 'group' | 'resource' | 'subresource'>,
): boolean => verb === 'create' && group === PREBUILDS_GROUP && resource === 'presets' && subresource === 'claim';

/** Throws 403 unless the user may `verb` a path that is no resource. */
export const authorizePath = (user: User, verb: string, path: string): void => {
  if (mayDoAnything(user) || (verb === 'get' && isOpenToAll(path))) return;
  throw refuse('Forbidden', `forbidden: User "${user.name}" cannot ${verb} path "${path}"`, {});
};

/** The non-resource paths that every authenticated user may read. */
export const OPEN_PATHS = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
];

/** Whether every authenticated user may read that path. */
export const isOpenToAll = (path: string): boolean =>
  OPEN_PATHS.some((open) => (open.endsWith('/*') ? path.startsWith(open.slice(0, -1)) : path === open));
