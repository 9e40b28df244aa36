/** The peer: etcd from the distribution's packages, unpacked into a cache, run on loopback. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findDebianProgram, freePort } from '@holdfast/local-stack';

const READY_WITHIN_MS = 10_000;

export interface Etcd {
  readonly url: URL;
  stop(): Promise<void>;
}

/** Undefined when there is none and none can be fetched: the comparison is then left out. */
export const findEtcd = async (): Promise<string | undefined> =>
  findDebianProgram({ package: 'etcd-server', suites: ['forky', 'trixie'], places: ['usr/bin/etcd'] }).catch(
    () => undefined,
  );

export const startEtcd = async (binary: string): Promise<Etcd> => {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-etcd-data-'));
  const [client, peer] = [await freePort(), await freePort()];
  const url = new URL(`http://127.0.0.1:${client}`);
  const peerUrl = `http://127.0.0.1:${peer}`;
  const child = spawn(
    binary,
    [
      ...['--data-dir', dir, '--listen-client-urls', url.origin, '--advertise-client-urls', url.origin],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
      ...['--initial-cluster', `default=${peerUrl}`, '--logger', 'zap', '--log-level', 'error'],
    ],
    { stdio: 'ignore' },
  );
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await untilReady(url, child);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const untilReady = async (url: URL, child: ChildProcess): Promise<void> => {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const response = await fetch(new URL('/health', url)).catch(() => undefined);
    if (response?.ok === true) return;
    if (child.exitCode !== null || performance.now() > deadline) throw new Error('etcd did not become ready');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
};
