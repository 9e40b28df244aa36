/** Files of the stack's folder: private ones, and small JSON ones that appear whole. */
import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** Replaces the file at once, readable by its owner alone. */
export const writePrivate = async (path: string, text: string): Promise<void> => {
  const scratch = `${path}.${randomUUID()}.part`;
  await writeFile(scratch, text, { mode: 0o600 });
  await rename(scratch, path);
};

export const writeJson = (path: string, value: unknown): Promise<void> =>
  writePrivate(path, `${JSON.stringify(value, null, 2)}\n`);

/** Undefined when there is no such file. */
export const readJson = async (path: string): Promise<unknown> => {
  const text = await readFile(path, 'utf8').catch(absent);
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
};

/** Undefined when there is no such file. */
export const readText = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(absent);

const absent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};
