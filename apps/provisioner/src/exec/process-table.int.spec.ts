import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { afterEach, describe, expect, it } from '@jest/globals';

import { endProcesses, processesOf } from './process-table.js';

/** More than one host is likely to have. */
const WORKSPACES = 300;
/** Half of what a service may take to stop. */
const LONGEST_STOP_MS = 5_000;

describe('processes of hundreds of workspaces', () => {
  const pids: number[] = [];

  afterEach(async () => {
    for (const pid of pids.splice(0)) process.kill(pid, 'SIGKILL');
  });
  /** A server of a workspace, as a script leaves it behind: a session of its own. */
  const serve = async (uid: string, build: number): Promise<void> => {
    const env = { HOLDFAST_WORKSPACE_UID: uid, HOLDFAST_WORKSPACE_BUILD: String(build) };
    const server = spawn('/bin/sleep', ['600'], { detached: true, stdio: 'ignore', env });
    await once(server, 'spawn');
    const { pid = 0 } = server;
    pids.push(pid);
    server.once('exit', () => pids.splice(pids.indexOf(pid), 1));
  };

  it('all end at once, within the time that a service has to stop', async () => {
    const uids = Array.from({ length: WORKSPACES }, (_, i) => `many-${i}`);
    for (const uid of uids) await serve(uid, 1);
    const began = performance.now();
    const left = await Promise.all(uids.map((uid) => endProcesses({ uid })));
    expect(left.flat()).toEqual([]);
    expect(performance.now() - began).toBeLessThan(LONGEST_STOP_MS);
    expect((await Promise.all(uids.map((uid) => processesOf({ uid })))).flat()).toEqual([]);
  });

  it('are told apart by their workspace and by the build that started them', async () => {
    await serve('told-1', 1);
    await serve('told-1', 12);
    await serve('told-12', 1);
    const count = async (uid: string, build?: number): Promise<number> =>
      (await processesOf({ uid, ...(build === undefined ? {} : { build }) })).length;
    expect([await count('told-1'), await count('told-1', 1), await count('told-12'), await count('told')]).toEqual([
      2, 1, 1, 0,
    ]);
  });
});
