import { readFileSync, statSync } from 'node:fs';

import { refuse } from '../http/status-error.js';
import type { User } from '../http/resolved-request.js';
import { hashToken, parseTokenFile } from './token-file.js';

const POLL_MS = 1_000;

/** What the authenticator tells when its file changed. */
export interface TokenFileLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Turns a bearer token into a user. The file is read again when it changed; while it is missing or broken, the tokens
 * known before stay good.
 */
export class Authenticator {
  private users: ReadonlyMap<string, User>;
  private stamp: string;
  private readonly timer: NodeJS.Timeout;

  /** Reads the file at once: a service without a readable token file does not start. */
  constructor(
    private readonly file: string,
    private readonly log: TokenFileLog,
  ) {
    this.stamp = stampOf(file);
    this.users = parseTokenFile(readFileSync(file, 'utf8'));
    this.timer = setInterval(() => this.reload(), POLL_MS);
    this.timer.unref();
  }

  /** The user whom the Authorization header names; undefined without a header. Throws 401 for what is not known. */
  authenticate(authorization: string | undefined): User | undefined {
    if (authorization === undefined) return undefined;
    const user = this.users.get(hashToken(bearerToken(authorization)));
    if (user === undefined) throw unauthorized();
    return user;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private reload(): void {
    try {
      const stamp = stampOf(this.file);
      if (stamp === this.stamp) return;
      this.users = parseTokenFile(readFileSync(this.file, 'utf8'));
      this.stamp = stamp;
      this.log.info({ file: this.file, users: this.users.size }, 'tokens read again');
    } catch (error) {
      this.log.error(
        { file: this.file, err: error },
        'the token file cannot be read: the tokens known before stay good',
      );
    }
  }
}

export const unauthorized = () => refuse('Unauthorized', 'Unauthorized');

const stampOf = (file: string): string => {
  const { mtimeMs, size, ino } = statSync(file);
  return `${mtimeMs}/${size}/${ino}`;
};

const bearerToken = (authorization: string): string => {
  const space = authorization.indexOf(' ');
  if (authorization.slice(0, space).toLowerCase() !== 'bearer') throw unauthorized();
  const token = authorization.slice(space + 1).trim();
  if (token === '') throw unauthorized();
  return token;
};
