/** PostgreSQL refuses to run as root; then it runs as an account without rights, in a folder that one can reach. */
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { runCommand } from '../run-command.js';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined when we are an ordinary user, who runs PostgreSQL itself. */
export const unprivilegedAccount = async (): Promise<Account | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const uid = await numberOf('-u', name);
    const gid = await numberOf('-g', name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody to run it as');
};

const numberOf = async (flag: string, name: string): Promise<number | undefined> => {
  const { code, stdout } = await runCommand('id', [flag, name]);
  return code === 0 ? Number(stdout.trim()) : undefined;
};

/** Whether this account can reach what lies in a folder: every folder on the way lets it pass. */
export const canReach = async (account: Account, folder: string): Promise<boolean> => {
  let path = resolve(folder);
  for (;;) {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && !maySearch(account, found)) return false;
    const parent = dirname(path);
    if (parent === path) return true;
    path = parent;
  }
};

const maySearch = (account: Account, { mode, uid, gid }: { mode: number; uid: number; gid: number }): boolean => {
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
};
