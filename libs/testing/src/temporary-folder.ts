import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { removeWhenGone } from '@holdfast/local-stack';

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** A new folder that is removed by the test, and in any case when the test's process has gone. */
export const temporaryFolder = async (purpose: string): Promise<TemporaryFolder> => {
  const path = await mkdtemp(join(tmpdir(), `holdfast-test-${purpose}-`));
  removeWhenGone(path);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};
