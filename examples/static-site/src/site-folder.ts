/**
 * The folder of one site below the root of all. Nothing outside of it is read or written: links are never followed, and
 * whatever stands where a folder has to be is removed. Files are written aside and renamed, so that a reader sees the
 * old one or the new one, whole.
 *
 * Accepted: who may write into the folder could put a link in the place of a folder in the moment between the look and
 * the write. That is the account that this program runs as, which could write to the link's target itself.
 */
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { planFolder } from './plan-folder.js';
import type { FolderAction, Found } from './plan-folder.js';
import type { Layout } from './site.js';

export class SiteFolder {
  readonly path: string;

  constructor(
    private readonly root: string,
    private readonly names: readonly [namespace: string, name: string],
  ) {
    this.path = join(root, ...names);
  }

  /** Puts right what differs; tells how much that was. Stops between two files when the signal is aborted. */
  async converge(layout: Layout, signal: AbortSignal): Promise<number> {
    await this.ensure([]);
    const actions = planFolder(await this.look('', layout), layout);
    for (const action of actions) {
      signal.throwIfAborted();
      await this.perform(action);
    }
    return actions.length;
  }

  async remove(): Promise<void> {
    const [namespace] = this.names;
    if (!(await isFolder(join(this.root, namespace)))) return;
    await rm(this.path, { recursive: true, force: true });
  }

  /** Everything in the folder, but nothing of what is in folders that have to go. */
  private async look(below: string, layout: Layout): Promise<readonly Found[]> {
    const found: Found[] = [];
    for (const entry of await readdir(join(this.path, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        found.push({ kind: 'folder', path });
        if (layout.folders.has(path)) found.push(...(await this.look(path, layout)));
      } else if (entry.isFile()) {
        found.push({ kind: 'file', path, content: await this.contentOf(path, layout) });
      } else found.push({ kind: 'other', path });
    }
    return found;
  }

  /** Only what could be right is read: the size of a stranger's file is the stranger's choice. */
  private async contentOf(path: string, { files }: Layout): Promise<Buffer> {
    const file = join(this.path, path);
    const { size } = await lstat(file);
    return size === files.get(path)?.length ? readFile(file) : Buffer.from(`${size} bytes, not the ones declared`);
  }

  private async perform(action: FolderAction): Promise<void> {
    const file = join(this.path, action.path);
    if (action.kind === 'remove') return rm(file, { recursive: true, force: true });
    await this.ensure(action.path.split('/').slice(0, -1));
    // No declared name begins with a dot: what a crash leaves behind is a stranger's file to the next look.
    const aside = join(dirname(file), `.${basename(file)}.${randomUUID()}`);
    await writeFile(aside, action.content, { flag: 'wx' });
    await rename(aside, file);
  }

  private async ensure(below: readonly string[]): Promise<void> {
    await mkdir(this.root, { recursive: true });
    let path = this.root;
    for (const name of [...this.names, ...below]) {
      path = join(path, name);
      if (await isFolder(path)) continue;
      await rm(path, { force: true });
      await mkdir(path);
    }
  }
}

/** A folder itself, not a link to one. */
const isFolder = async (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
