/** `kubectl --as`: a master may ask on behalf of another user, who then is the one that rules and events know. */
import type { IncomingHttpHeaders } from 'node:http';

import type { User } from '../http/resolved-request.js';
import { badRequest, refuse } from '../http/status-error.js';
import { mayDoAnything } from './authorize.js';
import { AUTHENTICATED } from './token-file.js';

/** The user in whose name the request is made; `user` itself when the headers name nobody else. */
export const impersonated = (user: User, headers: IncomingHttpHeaders): User => {
  const name = single(headers['impersonate-user']);
  const groups = several(headers['impersonate-group']);
  const uid = single(headers['impersonate-uid']);
  if (name === undefined) {
    if (groups.length > 0 || uid !== undefined) throw badRequest('Impersonate-Group and -Uid need an Impersonate-User');
    return user;
  }
  if (!mayDoAnything(user)) {
    const why = `User "${user.name}" cannot impersonate resource "users" in API group "" at the cluster scope`;
    throw refuse('Forbidden', `users "${name}" is forbidden: ${why}`, { name, kind: 'users' });
  }
  return { name, uid: uid ?? '', groups: [...new Set([...groups, AUTHENTICATED])] };
};

const single = (header: string | string[] | undefined): string | undefined => {
  const text = Array.isArray(header) ? header[0] : header;
  return text === '' ? undefined : text;
};

/** Node joins what stood in several headers of one name. */
const several = (header: string | string[] | undefined): string[] => {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '');
};
