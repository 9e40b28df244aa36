/** A nats-server whose writes, syncs and answers are recorded in their order by strace. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { findNatsServer } from '@holdfast/local-stack';

import { startNats } from './nats.js';
import type { TestNats } from './nats.js';
import { temporaryFolder } from './temporary-folder.js';

export interface TracedNats extends TestNats {
  /** What the server asked of the system until now. */
  calls(): Promise<SystemCall[]>;
}

/** One system call; `began` and `ended` are places in the order of everything that was recorded. */
export interface SystemCall {
  readonly name: string;
  readonly text: string;
  readonly began: number;
  readonly ended: number;
}

/** -D keeps the server's process id, -yy tells files by their path, -s must reach a commit's id. */
const STRACE = ['-D', '-f', '-qq', '-yy', '-s', '1000', '-e', 'signal=none'];
const CALLS = 'trace=write,writev,pwrite64,pwritev,fsync,fdatasync,sendto,sendmsg';

/** Why system calls cannot be recorded here; undefined when they can. */
export const whyNoTrace = (): string | undefined => {
  const { error, status, stderr } = spawnSync('strace', [...STRACE, '-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? undefined : `strace may not trace here: ${stderr.trim()}`;
};

export const startTracedNats = async (): Promise<TracedNats> => {
  const folder = await temporaryFolder('trace');
  const record = join(folder.path, 'calls');
  const program = join(folder.path, 'traced-nats-server');
  const traced = ['strace', ...STRACE, '-e', CALLS, '-o', record, await findNatsServer()];
  await writeFile(program, `#!/bin/sh\nexec ${traced.map((arg) => `'${arg}'`).join(' ')} "$@"\n`);
  await chmod(program, 0o755);
  const server = await startNats({ program });
  const close = server.close.bind(server);
  return Object.assign(server, {
    calls: async () => completedCalls(await readFile(record, 'utf8')),
    close: async () => {
      await close();
      await folder.remove();
    },
  });
};

/** Reads strace's record; a call that others interrupted began where it was left unfinished. */
export const completedCalls = (record: string): SystemCall[] => {
  const unfinished = new Map<string, { name: string; text: string; began: number }>();
  return record.split('\n').flatMap((line, at) => {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. (\w+) resumed>/.exec(rest);
    if (resumed !== null) {
      const begun = unfinished.get(pid);
      unfinished.delete(pid);
      return begun === undefined ? [] : [{ ...begun, ended: at }];
    }
    const name = /^(\w+)\(/.exec(rest)?.[1];
    if (name === undefined) return [];
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(pid, { name, text: rest, began: at });
      return [];
    }
    return [{ name, text: rest, began: at, ended: at }];
  });
};
