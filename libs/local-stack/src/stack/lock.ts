/**
 * One stack per folder. The lock names its owner and what that started, so that a successor can wait until the remains
 * of a killed one have gone.
 */
import { randomUUID } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

import { pollUntil } from '../poll.js';
import { readJson, writeJson } from './files.js';
import { identify, isRunning } from '../process-identity.js';
import type { ProcessIdentity } from '../process-identity.js';

const REMAINS_LIMIT_MS = 20_000;

const identitySchema = z.object({ pid: z.number(), started: z.string() });
const lockSchema = z.object({ owner: identitySchema, children: z.array(identitySchema) });
type LockContent = z.output<typeof lockSchema>;

export interface StackLock {
  /** Notes a process that a successor has to wait for. */
  note(pid: number): Promise<void>;
  release(): Promise<void>;
}

export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';

  constructor(
    readonly dir: string,
    readonly pid: number,
  ) {
    super(`holdfast is already running on ${dir} (process ${pid}); stop it with Ctrl-C in its terminal or kill ${pid}`);
  }
}

/** Throws AlreadyRunningError while another process owns the folder; ends what a killed owner left behind. */
export const takeLock = async (dir: string): Promise<StackLock> => {
  const path = join(dir, 'lock.json');
  let content: LockContent = { owner: identify(process.pid), children: [] };
  while (!(await createLock(path, content))) await clearAbandoned(dir, path);
  return {
    note: async (pid) => {
      content = { ...content, children: [...content.children.filter(isRunning), identify(pid)] };
      await writeJson(path, content);
    },
    release: () => rm(path, { force: true }),
  };
};

/** A link appears with its content or not at all, and never replaces another. */
const createLock = async (path: string, content: LockContent): Promise<boolean> => {
  const mine = `${path}.${randomUUID()}`;
  await writeJson(mine, content);
  try {
    await link(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
};

const clearAbandoned = async (dir: string, path: string): Promise<void> => {
  const stored = await readJson(path);
  if (stored === undefined) return;
  const { owner, children } = lockSchema.parse(stored);
  if (isRunning(owner)) throw new AlreadyRunningError(dir, owner.pid);
  for (const child of children) await waitUntilGone(child);
  await removeAbandoned(dir, path);
};

/** Another starter may have replaced the abandoned lock by its own meanwhile; that one is put back. */
const removeAbandoned = async (dir: string, path: string): Promise<void> => {
  const aside = `${path}.${randomUUID()}.aside`;
  await rename(path, aside).catch(ignoreAbsent);
  const stored = await readJson(aside);
  if (stored === undefined) return;
  const { owner } = lockSchema.parse(stored);
  const alive = isRunning(owner);
  if (alive) await link(aside, path).catch(ignoreExisting);
  await rm(aside, { force: true });
  if (alive) throw new AlreadyRunningError(dir, owner.pid);
};

const ignoreAbsent = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error;
};

const ignoreExisting = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST') throw error;
};

/** The guardian of the killed owner is ending it; should that be gone too, we do it. */
const waitUntilGone = async (child: ProcessIdentity): Promise<void> => {
  const late = (): Error => new Error(`process ${child.pid}, left behind by an earlier holdfast, does not end`);
  const gone = (): true | undefined => (isRunning(child) ? undefined : true);
  await pollUntil(gone, { limitMs: REMAINS_LIMIT_MS / 2, late }).catch(async () => {
    process.kill(child.pid, 'SIGKILL');
    await pollUntil(gone, { limitMs: REMAINS_LIMIT_MS / 2, late });
  });
};
