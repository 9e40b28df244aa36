/**
 * What this host keeps of workspaces: a folder each, and beside them a record each of what was done last, so that a
 * process that dies anywhere is followed by one that knows. All of it is private.
 *
 *   <root>/<uid>/                           the workspace's own
 *   <root>/.state/workspaces/<uid>/record   what is known of it, replaced as a whole
 *   <root>/.state/workspaces/<uid>/endpoints
 *   <root>/.state/worker                    the name under which it is reported
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Work } from '@holdfast/provision';

import type { Outcome } from './driver.js';
import type { ProcessIdentity } from './exec/process-table.js';

export interface WorkspaceRecord {
  /** Of the last build. */
  readonly work: Work;
  /** How it ended; undefined while it is under way. */
  readonly outcome?: Outcome;
  /** For the whole life of the workspace. */
  readonly port: number;
  /** An engine was asked to make its container, so there may be one. */
  readonly containerAsked?: true;
  /** Whether its first start has succeeded. */
  readonly created: boolean;
  /** Whether it shall run: it was started and not stopped since. */
  readonly runs: boolean;
  /** What its scripts left in the background. */
  readonly processes: readonly ProcessIdentity[];
}

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

export class WorkspaceFolders {
  constructor(private readonly root: string) {}

  async prepare(): Promise<void> {
    await mkdir(join(this.root, '.state', 'workspaces'), { recursive: true, mode: PRIVATE_FOLDER });
  }

  /** The name of the worker that this folder belongs to: the same in every process that has it. */
  async workerName(): Promise<string> {
    const file = join(this.root, '.state', 'worker');
    const known = await readFile(file, 'utf8').catch(missing);
    if (known !== undefined) return known;
    const name = `provisioner-${randomUUID()}`;
    await writeFile(file, name, { mode: PRIVATE_FILE });
    return name;
  }

  folderOf(uid: string): string {
    return join(this.root, safe(uid));
  }

  endpointsFileOf(uid: string): string {
    return join(this.stateOf(uid), 'endpoints');
  }

  async read(uid: string): Promise<WorkspaceRecord | undefined> {
    const text = await readFile(this.recordOf(uid), 'utf8').catch(missing);
    return text === undefined ? undefined : (JSON.parse(text) as WorkspaceRecord);
  }

  async readAll(): Promise<readonly WorkspaceRecord[]> {
    const uids = await readdir(join(this.root, '.state', 'workspaces'));
    const records = await Promise.all(uids.filter(isSafe).map((uid) => this.read(uid)));
    return records.filter((record) => record !== undefined);
  }

  /** On disk when it resolves, and never half of it. */
  async write(record: WorkspaceRecord): Promise<void> {
    const { uid } = record.work.job;
    await mkdir(this.stateOf(uid), { recursive: true, mode: PRIVATE_FOLDER });
    const scratch = `${this.recordOf(uid)}.new`;
    const file = await open(scratch, 'w', PRIVATE_FILE);
    try {
      await file.writeFile(JSON.stringify(record));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(scratch, this.recordOf(uid));
  }

  /** An empty folder, whatever was there. */
  async makeFolder(uid: string): Promise<void> {
    await this.removeFolder(uid);
    await mkdir(this.folderOf(uid), { mode: PRIVATE_FOLDER });
  }

  async hasFolder(uid: string): Promise<boolean> {
    return (await stat(this.folderOf(uid)).catch(missing)) !== undefined;
  }

  async removeFolder(uid: string): Promise<void> {
    await rm(this.folderOf(uid), { recursive: true, force: true, maxRetries: 3 });
  }

  async forget(uid: string): Promise<void> {
    await rm(this.stateOf(uid), { recursive: true, force: true });
  }

  private stateOf(uid: string): string {
    return join(this.root, '.state', 'workspaces', safe(uid));
  }

  private recordOf(uid: string): string {
    return join(this.stateOf(uid), 'record');
  }
}

/** A name that leads nowhere else. */
const isSafe = (uid: string): boolean => /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(uid);

const safe = (uid: string): string => {
  if (!isSafe(uid)) throw new Error(`"${uid}" is no uid: it cannot name a folder`);
  return uid;
};

const missing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error;
};
