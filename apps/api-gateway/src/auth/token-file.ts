/**
 * A static token file, as Kubernetes knows it: lines of `token,user,uid,"group1,group2"`; the groups may be missing.
 * Tokens are kept as hashes, so that a look-up takes the same time whatever was guessed right.
 */
import { createHash } from 'node:crypto';

import type { User } from '../http/resolved-request.js';

export const AUTHENTICATED = 'system:authenticated';

export class TokenFileError extends Error {
  override readonly name = 'TokenFileError';
}

/** The users of a token file by the hash of their token; throws TokenFileError that names the line at fault. */
export const parseTokenFile = (text: string): ReadonlyMap<string, User> => {
  const users = new Map<string, User>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [token, name, uid, groups = ''] = splitLine(line, index + 1);
    if (!token || !name || uid === undefined) {
      throw new TokenFileError(`line ${index + 1} of the token file: expected token,user,uid[,"group1,group2"]`);
    }
    users.set(hashToken(token), { name, uid, groups: groupsOf(groups) });
  }
  return users;
};

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64');

const groupsOf = (text: string): string[] => {
  const groups = text.split(',').map((group) => group.trim());
  return [...new Set([...groups.filter((group) => group !== ''), AUTHENTICATED])];
};

/** The fields of one CSV line; a quoted field may hold commas, and a doubled quote for a quote. */
const splitLine = (line: string, number: number): string[] => {
  const fields: string[] = [];
  const field = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/y;
  for (;;) {
    const match = field.exec(line);
    if (match === null) throw new TokenFileError(`line ${number} of the token file: a quote is not closed`);
    fields.push(match[1] === undefined ? (match[2] ?? '').trim() : match[1].replaceAll('""', '"'));
    if (match[3] === '') return fields;
  }
};
