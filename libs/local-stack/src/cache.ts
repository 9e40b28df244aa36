/** Programs fetched once per user, safe against several processes fetching at the same time. */
import { mkdir, mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { isAlive } from './process-identity.js';

const LOOK_AGAIN_MS = 100;

/** `HOLDFAST_CACHE`, else `holdfast` in the user's cache folder; an empty variable counts as none. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string => {
  const { HOLDFAST_CACHE: own = '', XDG_CACHE_HOME: cache = '' } = env;
  if (own !== '') return resolve(own);
  return join(cache === '' ? join(homedir(), '.cache') : cache, 'holdfast');
};

/**
 * Makes `folder` appear whole or not at all: `fill` works in a folder beside it, which is then renamed. Of several
 * processes one fills, the others wait for it, and one that died is replaced.
 */
export const fillOnce = async (folder: string, fill: (scratch: string) => Promise<void>): Promise<void> => {
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lockOrWait(`${folder}.lock`, () => exists(folder));
  if (unlock === undefined) return;
  try {
    if (await exists(folder)) return;
    const scratch = await mkdtemp(`${folder}.part-`);
    try {
      await fill(scratch);
      await rename(scratch, folder);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  } finally {
    await unlock();
  }
};

/** Undefined when `done` came true while another process held the lock. */
const lockOrWait = async (lock: string, done: () => Promise<boolean>): Promise<(() => Promise<void>) | undefined> => {
  for (;;) {
    if (await done()) return undefined;
    if (await tryLock(lock)) return () => rm(lock, { force: true });
    await removeIfAbandoned(lock);
    await delay(LOOK_AGAIN_MS);
  }
};

const tryLock = async (lock: string): Promise<boolean> => {
  try {
    const file = await open(lock, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

const removeIfAbandoned = async (lock: string): Promise<void> => {
  const owner = await readFile(lock, 'utf8').catch(() => '');
  // An empty file may be one whose owner has not written its pid yet; only age makes it abandoned.
  const abandoned = owner === '' ? await isOlderThan(lock, 10_000) : !isAlive(Number(owner));
  if (abandoned) await rm(lock, { force: true });
};

const isOlderThan = async (path: string, ms: number): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > ms;
};

export const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
