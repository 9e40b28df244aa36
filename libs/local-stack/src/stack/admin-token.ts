/** The administrator's bearer token, made at the first start, and the table by which the gateway knows it. */
import { join } from 'node:path';

import { readText, writePrivate } from './files.js';
import { newSecret } from './secrets.js';

export interface AdminToken {
  readonly token: string;
  /** The token alone on its line. */
  readonly tokenFile: string;
  /** In the form of Kubernetes' static token file; further users may be added to it. */
  readonly tableFile: string;
}

export const ensureAdminToken = async (dir: string): Promise<AdminToken> => {
  const files = { tokenFile: join(dir, 'token'), tableFile: join(dir, 'tokens.csv') };
  const token = (await readText(files.tokenFile))?.trim() ?? newSecret();
  await writePrivate(files.tokenFile, `${token}\n`);
  const table = (await readText(files.tableFile)) ?? '';
  if (!table.includes(`${token},`)) await writePrivate(files.tableFile, `${table}${adminLine(token)}`);
  return { token, ...files };
};

const adminLine = (token: string): string => `${token},admin,admin,"system:masters"\n`;
