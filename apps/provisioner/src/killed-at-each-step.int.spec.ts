import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { eventually, startNats, temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder, TestNats } from '@holdfast/testing';

import { FAULT_POINTS } from './fault.js';
import { countProcesses } from './provisioner.fixtures.js';
import { StandIn, workOf } from './stand-in.fixtures.js';

const MAIN = resolve(import.meta.dirname, '..', 'dist', 'bundle', 'main.js');
const SCRIPTS = { exec: { create: 'echo made >> made; sleep 600 &', claim: 'echo told >> told' } };

describe('a provisioner that is killed', () => {
  let nats: TestNats;
  let standIn: StandIn;
  let folder: TemporaryFolder;
  let running: ChildProcess | undefined;

  beforeEach(async () => {
    nats = await startNats();
    standIn = await StandIn.start(nats.url(), 2);
    folder = await temporaryFolder('workspaces');
  });
  afterEach(async () => {
    if (running?.exitCode === null) {
      running.kill('SIGTERM');
      await once(running, 'exit');
    }
    await standIn?.close();
    await nats?.close();
    await folder?.remove();
  });

  const start = (fault = ''): ChildProcess => {
    running = spawn(process.execPath, [MAIN], {
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        HOLDFAST_NATS_URL: nats.url(),
        HOLDFAST_WORKSPACES_DIR: folder.path,
        HOLDFAST_PROVISIONERS: 'exec',
        HOLDFAST_FAULT: fault,
      },
    });
    return running;
  };
  const lines = async (file: string): Promise<number> =>
    (await readFile(join(folder.path, 'web', file), 'utf8')).split('\n').length - 1;

  it.each(FAULT_POINTS)('at "%s" comes to the same end when it starts again', async (point) => {
    const build = workOf('web', 1, 'start', SCRIPTS);
    await standIn.queue(build);
    const [, signal] = (await once(start(point), 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    start();
    expect(await standIn.end(build)).toMatchObject({ status: 'succeeded' });
    await eventually(() => standIn.isIdle());
    expect(await lines('made')).toBe(1);
    expect(await countProcesses('web')).toBe(1);

    expect(await standIn.build(workOf('web', 2, 'delete', SCRIPTS))).toMatchObject({ status: 'succeeded' });
    expect(await countProcesses('web')).toBe(0);
    expect(await readdir(folder.path)).not.toContain('web');
  });
});
