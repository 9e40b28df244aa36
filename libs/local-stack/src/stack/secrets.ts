/** The passwords of a stack's own servers, made at its first start. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';

import { NATS_USERS } from '../nats/permissions.js';
import type { NatsUser } from '../nats/permissions.js';
import { readJson, writeJson } from './files.js';

const secretsSchema = z.object({
  postgresPassword: z.string().min(16),
  natsPasswords: z.record(z.enum(NATS_USERS), z.string().min(16)),
});

export interface Secrets {
  readonly postgresPassword: string;
  readonly natsPasswords: Readonly<Record<NatsUser, string>>;
}

export const ensureSecrets = async (dir: string): Promise<Secrets> => {
  const path = join(dir, 'secrets.json');
  const stored = await readJson(path);
  if (stored !== undefined) return secretsSchema.parse(stored);
  const secrets = newSecrets();
  await writeJson(path, secrets);
  return secrets;
};

const newSecrets = (): Secrets => ({
  postgresPassword: newSecret(),
  natsPasswords: Object.fromEntries(NATS_USERS.map((user) => [user, newSecret()])) as Record<NatsUser, string>,
});

/** Letters and digits, a letter first: safe in URLs, in CSV and as a bare value in configuration files. */
export const newSecret = (): string => `h${randomBytes(20).toString('hex')}`;
