import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Work } from '@holdfast/provision';

import type { BuildContext } from '../driver.js';
import { HOST } from '../provisioner.fixtures.js';
import { workOf } from '../stand-in.fixtures.js';
import { WorkspaceFolders } from '../workspace-folders.js';
import { ContainerDriver } from './container-driver.js';

/** Plays an engine with files: it notes each call, and knows one container and its port. */
const ENGINE = `#!/bin/sh
cd "$(dirname "$0")"
[ ! -e away ] || { echo 'Cannot connect to the Docker daemon' >&2; exit 1; }
echo "$@" >>calls
env >environment
case $1 in
  run) [ ! -e fails ] || { echo 'no such image' >&2; exit 125; }; echo true >running ;;
  start) echo true >running ;;
  stop) [ -e running ] && echo false >running ;;
  ps) [ ! -e running ] || echo 0c0ffee ;;
  rm) rm running ;;
  inspect) cat running ;;
  port) [ -e running ] && echo '80/tcp -> 127.0.0.1:20080' ;;
esac
`;

describe('workspaces in containers', () => {
  let dir: string;
  let folders: WorkspaceFolders;
  let driver: ContainerDriver;

  const settings = { image: 'hello:1', ports: [{ name: 'web', containerPort: 80 }], claimCommand: ['greet'] };
  const work = (transition: Work['job']['transition'], owner = 'prebuilds'): Work => ({
    ...workOf('u-1', 1, transition, { owner }),
    provisioner: { name: 'container', container: settings },
  });
  const context = (): BuildContext => ({
    output: { write: () => Promise.resolve(), note: () => undefined },
    signal: AbortSignal.timeout(10_000),
  });
  const calls = async (): Promise<readonly string[]> =>
    (await readFile(join(dir, 'calls'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '');
  const isThere = (): Promise<string | undefined> =>
    readFile(join(dir, 'running'), 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    );

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'containers-'));
    await writeFile(join(dir, 'docker'), ENGINE);
    await chmod(join(dir, 'docker'), 0o755);
    folders = new WorkspaceFolders(join(dir, 'workspaces'));
    await folders.prepare();
    await folders.write({ work: work('start'), port: 1, created: false, runs: false, processes: [] });
    driver = new ContainerDriver({ folders, host: { ...HOST, path: `${dir}:${HOST.path}` } });
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('are made anew whatever a try before has left, and say where they can be reached', async () => {
    expect(await driver.build(work('start'), context())).toEqual({
      status: 'succeeded',
      endpoints: [{ name: 'web', url: 'http://127.0.0.1:20080/' }],
    });
    expect(await calls()).toEqual(['ps', 'run', 'port']);
    await folders.write({ work: work('start'), port: 1, created: false, runs: false, processes: [] });
    await driver.build(work('start'), context());
    expect((await calls()).slice(3)).toEqual(['ps', 'rm', 'run', 'port']);
    expect(await folders.read('u-1')).toMatchObject({ created: true, runs: true });
  });

  it('are stopped, started again as they were, and removed', async () => {
    await driver.build(work('start'), context());
    await driver.build(work('stop'), context());
    expect(await driver.isRunning({ work: work('stop'), port: 1, created: true, runs: false, processes: [] })).toBe(
      false,
    );
    await driver.build(work('start'), context());
    expect((await calls()).filter((call) => call === 'run')).toHaveLength(1);
    expect(await isThere()).toBe('true');
    await driver.build(work('delete'), context());
    expect(await isThere()).toBeUndefined();
  });

  it('learn of their owner by a command inside', async () => {
    await driver.build(work('start'), context());
    await driver.build(work('claim', 'ada'), context());
    const last = (await readFile(join(dir, 'calls'), 'utf8')).trim().split('\n').at(-1);
    expect(last).toMatch(/^exec .*--env=HOLDFAST_WORKSPACE_OWNER=ada .*holdfast-u-1 greet$/);
  });

  it('that cannot be made have failed, with what the engine ended with', async () => {
    await writeFile(join(dir, 'fails'), '');
    await expect(driver.build(work('start'), context())).rejects.toMatchObject({
      reason: 'ScriptFailed',
      message: expect.stringMatching(/docker run ended with 125$/) as unknown,
    });
    expect(await folders.read('u-1')).toMatchObject({ created: false, runs: false });
  });

  it('that were never made are stopped and deleted, with an engine and without', async () => {
    await writeFile(join(dir, 'away'), '');
    const away = {
      reason: 'EngineUnavailable',
      message: 'docker ps ended with 1: Cannot connect to the Docker daemon',
    };
    await expect(driver.build(work('start'), context())).rejects.toMatchObject(away);
    expect(await driver.build(work('delete'), context())).toMatchObject({ status: 'succeeded' });
    await rm(join(dir, 'docker'));
    expect(await driver.build(work('stop'), context())).toMatchObject({ status: 'succeeded' });
    expect(await driver.build(work('delete'), context())).toMatchObject({ status: 'succeeded' });
  });

  it('that have gone are deleted, those that could not be made as well', async () => {
    await writeFile(join(dir, 'fails'), '');
    await expect(driver.build(work('start'), context())).rejects.toMatchObject({ reason: 'ScriptFailed' });
    expect(await driver.build(work('delete'), context())).toMatchObject({ status: 'succeeded' });
  });

  it('that may be there are not deleted while the engine is away', async () => {
    await driver.build(work('start'), context());
    await writeFile(join(dir, 'away'), '');
    for (const transition of ['stop', 'claim', 'delete'] as const)
      await expect(driver.build(work(transition), context())).rejects.toMatchObject({ reason: 'EngineUnavailable' });
    await expect(driver.discard(work('delete'))).rejects.toMatchObject({ reason: 'EngineUnavailable' });
  });

  it('are made with nothing of the environment of the service', async () => {
    process.env['HOLDFAST_NATS_URL'] = 'nats://provisioner:secret@127.0.0.1:4222';
    try {
      await driver.build(work('start'), context());
    } finally {
      delete process.env['HOLDFAST_NATS_URL'];
    }
    expect(await readFile(join(dir, 'environment'), 'utf8')).not.toContain('secret');
  });
});
