/** The official release archive, pinned by version and checksum. */
import { createHash } from 'node:crypto';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { commandOutput } from '../run-command.js';

const VERSION = '2.14.4';
const SHA256: Readonly<Record<string, string>> = {
  'linux-amd64': '20f9d6a199560f243610908bcccea2e27e9f47213242d1c609ca46d1d73e91ea',
  'linux-arm64': '2143f4317ac8e1dd42793c912fa09b405c7036ba181b2a3002b74501d13562b0',
};
// A machine that cannot reach the site should learn so quickly: there is a next place to look.
const CONNECT_LIMIT_MS = 5_000;
const DOWNLOAD_LIMIT_MS = 120_000;

/** Leaves `nats-server` in the folder; throws when the site cannot be reached or the archive is not the pinned one. */
export const unpackOfficialRelease = async (folder: string): Promise<void> => {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const expected = SHA256[platform];
  if (expected === undefined) throw new Error(`no pinned official release for ${platform}`);

  const name = `nats-server-v${VERSION}-${platform}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${VERSION}/${name}.tar.gz`;
  const archive = await download(url);
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== expected) throw new Error(`${url} has SHA-256 ${actual}, expected ${expected}`);

  const file = join(folder, 'release.tar.gz');
  await writeFile(file, archive);
  await commandOutput('tar', ['-xzf', file, '-C', folder]);
  await rename(join(folder, name, 'nats-server'), join(folder, 'nats-server'));
  await chmod(join(folder, 'nats-server'), 0o755);
  await Promise.all([rm(file), rm(join(folder, name), { recursive: true })]);
};

const download = async (url: string): Promise<Buffer> => {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error(`no answer in ${CONNECT_LIMIT_MS} ms`)), CONNECT_LIMIT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error(`not done in ${DOWNLOAD_LIMIT_MS} ms`)), DOWNLOAD_LIMIT_MS);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new Error(`${url} could not be fetched: ${reason(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
};

const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
};
