/** One process has the folder of workspaces: two would end each other's processes. */
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { areRunning, identityOf } from './exec/process-table.js';
import type { ProcessIdentity } from './exec/process-table.js';

export class FolderTakenError extends Error {
  override readonly name = 'FolderTakenError';
}

/** Resolves with what gives it back; takes it from one that died. */
export const takeFolder = async (root: string): Promise<() => Promise<void>> => {
  const lock = join(root, '.state', 'lock');
  const own = `${lock}.${process.pid}`;
  await writeFile(own, JSON.stringify(await identityOf(process.pid)), { mode: 0o600 });
  try {
    for (;;) {
      if (await tryLink(own, lock)) return () => rm(lock, { force: true });
      const holder = await readHolder(lock);
      if (holder !== undefined && (await areRunning([holder])))
        throw new FolderTakenError(`${root} belongs to another provisioner, process ${holder.pid}`);
      await rm(lock, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
};

const tryLink = async (own: string, lock: string): Promise<boolean> => {
  try {
    await link(own, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

const readHolder = async (lock: string): Promise<ProcessIdentity | undefined> => {
  const text = await readFile(lock, 'utf8').catch(() => '');
  return text === '' ? undefined : (JSON.parse(text) as ProcessIdentity);
};
