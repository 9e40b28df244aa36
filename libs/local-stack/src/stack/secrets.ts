/** What only this stack knows, made at its first start: passwords and the administrator's token. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';

import { NATS_USERS } from '../nats/permissions.js';
import type { NatsUser } from '../nats/permissions.js';
import { readJson, writeJson, writePrivate } from './files.js';

const secretsSchema = z.object({
  adminToken: z.string().min(16),
  postgresPassword: z.string().min(16),
  natsPasswords: z.record(z.enum(NATS_USERS), z.string().min(16)),
});

export interface Secrets {
  readonly adminToken: string;
  readonly postgresPassword: string;
  readonly natsPasswords: Readonly<Record<NatsUser, string>>;
}

export interface SecretFiles {
  readonly secrets: Secrets;
  /** The administrator's bearer token, alone on its line. */
  readonly token: string;
  /** The gateway's static token file. */
  readonly tokenTable: string;
}

export const ensureSecrets = async (dir: string): Promise<SecretFiles> => {
  const path = join(dir, 'secrets.json');
  const stored = await readJson(path);
  const secrets = stored === undefined ? newSecrets() : secretsSchema.parse(stored);
  if (stored === undefined) await writeJson(path, secrets);
  const files = { token: join(dir, 'token'), tokenTable: join(dir, 'tokens.csv') };
  await writePrivate(files.token, `${secrets.adminToken}\n`);
  await writePrivate(files.tokenTable, adminTokenTable(secrets.adminToken));
  return { secrets, ...files };
};

/** One line of Kubernetes' static token file: the administrator may do everything. */
export const adminTokenTable = (token: string): string => `${token},admin,admin,"system:masters"\n`;

const newSecrets = (): Secrets => ({
  adminToken: newSecret(),
  postgresPassword: newSecret(),
  natsPasswords: Object.fromEntries(NATS_USERS.map((user) => [user, newSecret()])) as Record<NatsUser, string>,
});

/** Letters and digits, a letter first: safe in URLs, in CSV and as a bare value in configuration files. */
export const newSecret = (): string => `h${randomBytes(20).toString('hex')}`;
