/** The passwords of a stack's own servers, made at its first start; a user that came later gets one at the next. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';

import { NATS_USERS } from '../nats/permissions.js';
import type { NatsUser } from '../nats/permissions.js';
import { readJson, writeJson } from './files.js';

const secretsSchema = z.object({
  postgresPassword: z.string().min(16),
  natsPasswords: z.partialRecord(z.enum(NATS_USERS), z.string().min(16)),
});

export interface Secrets {
  readonly postgresPassword: string;
  readonly natsPasswords: Readonly<Record<NatsUser, string>>;
}

export const ensureSecrets = async (dir: string): Promise<Secrets> => {
  const path = join(dir, 'secrets.json');
  const stored = await readJson(path);
  const known = stored === undefined ? undefined : secretsSchema.parse(stored);
  const made = newSecrets();
  const natsPasswords = { ...made.natsPasswords, ...known?.natsPasswords };
  const secrets = { ...made, ...known, natsPasswords };
  if (NATS_USERS.some((user) => known?.natsPasswords[user] === undefined)) await writeJson(path, secrets);
  return secrets;
};

const newSecrets = (): Secrets => ({ postgresPassword: newSecret(), natsPasswords: newPasswords() });

const newPasswords = (): Record<NatsUser, string> =>
  Object.fromEntries(NATS_USERS.map((user) => [user, newSecret()])) as Record<NatsUser, string>;

/** Letters and digits, a letter first: safe in URLs, in CSV and as a bare value in configuration files. */
export const newSecret = (): string => `h${randomBytes(20).toString('hex')}`;
