/** The repository that the example's environments clone: made once, on this machine, out of the folder `project`. */
import { execFile } from 'node:child_process';
import { access, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const projectFolder = resolve(import.meta.dirname, '..', 'project');
export const manifestsFolder = resolve(import.meta.dirname, '..', 'manifests');

/** Whoever commits: the result is the same on every machine, whatever its git is set to. */
const AUTHOR = {
  GIT_AUTHOR_NAME: 'Holdfast',
  GIT_AUTHOR_EMAIL: 'example@holdfast.dev',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Holdfast',
  GIT_COMMITTER_EMAIL: 'example@holdfast.dev',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** Resolves to what git can clone. A repository that is there already stays as it is. Rejects where git is missing. */
export const makeRepository = async (folder: string, project = projectFolder): Promise<string> => {
  if (!(await exists(folder))) await buildRepository(folder, project);
  return `file://${folder}`;
};

/** Built beside its place and moved there whole, so that a crash leaves no half of one. */
const buildRepository = async (folder: string, project: string): Promise<void> => {
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(join(dirname(folder), '.draft-'));
  try {
    await cp(project, draft, { recursive: true });
    await git(draft, 'init', '--quiet', '--initial-branch=main');
    await git(draft, 'add', '--all');
    await git(draft, 'commit', '--quiet', '--message', 'Greet whoever claimed this');
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};

const git = async (folder: string, ...args: readonly string[]): Promise<void> => {
  try {
    await run('git', ['-C', folder, ...args], { env: { ...process.env, ...AUTHOR } });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT'
      ? new Error('git is not installed, and the environments are clones', { cause: error })
      : error;
  }
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
