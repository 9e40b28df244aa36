import { readdir, writeFile } from 'node:fs/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { eventually, startNats, temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder, TestNats } from '@holdfast/testing';

import { countProcesses, startProvisioner } from './provisioner.fixtures.js';
import type { TestProvisioner } from './provisioner.fixtures.js';
import { StandIn, workOf } from './stand-in.fixtures.js';

const QUICK = { exec: { create: 'true' } };
const ENDLESS = { exec: { create: 'sleep 600' } };

describe('a provisioner', () => {
  let nats: TestNats;
  let standIn: StandIn;
  let folder: TemporaryFolder;
  let provisioner: TestProvisioner | undefined;

  beforeEach(async () => {
    nats = await startNats();
    standIn = await StandIn.start(nats.url());
    folder = await temporaryFolder('workspaces');
  });
  afterEach(async () => {
    await provisioner?.stop();
    provisioner = undefined;
    await standIn?.close();
    await nats?.close();
    await folder?.remove();
  });
  const start = async (parallelism = 4): Promise<void> => {
    provisioner = await startProvisioner({ url: nats.url(), dir: folder.path, parallelism });
  };

  it("takes people's jobs before those of pools that came earlier", async () => {
    const pools = ['pool-1', 'pool-2'].map((uid) => workOf(uid, 1, 'start', QUICK));
    const people = ['person-1', 'person-2'].map((uid) => workOf(uid, 1, 'start', QUICK));
    for (const work of pools) await standIn.queue(work, 'pool');
    for (const work of people) await standIn.queue(work, 'people');
    await start(1);
    await Promise.all([...pools, ...people].map((work) => standIn.end(work)));
    expect(standIn.begun).toEqual(['person-1.1', 'person-2.1', 'pool-1.1', 'pool-2.1']);
  });

  it('builds no more at once than it may', async () => {
    await start(2);
    const works = ['a', 'b', 'c'].map((uid) => workOf(uid, 1, 'start', ENDLESS));
    for (const work of works) await standIn.queue(work);
    standIn.wake();
    await eventually(() => standIn.begun.length === 2);
    for (const work of works.slice(0, 2)) standIn.cancel(work);
    await eventually(() => standIn.begun.length === 3);
  });

  it.each(['cancelled', 'superseded', 'gone'] as const)('ends a build that is %s while it runs', async (reason) => {
    await start();
    const work = workOf('unwanted', 1, 'start', ENDLESS);
    await standIn.queue(work);
    standIn.wake();
    await eventually(async () => (await countProcesses('unwanted')) > 0);
    standIn.refuse(work, reason);
    await eventually(async () => (await countProcesses('unwanted')) === 0 && (await standIn.isIdle()));
  });

  it('clears away what it has of a workspace that is gone', async () => {
    await start();
    await standIn.build(workOf('gone', 1, 'start', QUICK));
    const next = workOf('gone', 2, 'stop', QUICK);
    await standIn.queue(next);
    standIn.refuse(next, 'gone');
    standIn.wake();
    await eventually(async () => !(await readdir(folder.path)).includes('gone'));
    await eventually(() => standIn.isIdle());
  });

  it('ends an earlier build of a workspace before it begins a later one', async () => {
    await start();
    await standIn.queue(workOf('changed', 1, 'start', ENDLESS));
    standIn.wake();
    await eventually(async () => (await countProcesses('changed')) > 0);
    expect(await standIn.build(workOf('changed', 2, 'delete'))).toMatchObject({ status: 'succeeded' });
    expect(await countProcesses('changed')).toBe(0);
    expect(await readdir(folder.path)).not.toContain('changed');
  });

  it('finishes what is about to end when it stops, the hook of a claim most of all', async () => {
    await start();
    const work = workOf('hooked', 1, 'start', { exec: { create: 'touch begun; sleep 0.5' } });
    await standIn.queue(work);
    standIn.wake();
    await eventually(async () => (await readdir(folder.path, { recursive: true })).includes('hooked/begun'));
    await provisioner?.stop();
    expect(standIn.said(work)).toEqual(['succeeded']);
    expect(await standIn.isIdle()).toBe(true);
  });

  it('says of what it does not finish that it gives it back, once nothing of it runs', async () => {
    await start();
    const work = workOf('returned', 1, 'start', ENDLESS);
    await standIn.queue(work);
    standIn.wake();
    await eventually(async () => (await countProcesses('returned')) > 0);
    await provisioner?.stop();
    expect(standIn.said(work)).toEqual(['interrupted']);
    expect(await standIn.isIdle()).toBe(false);
  });

  it('leaves no process when it stops, and begins an interrupted build anew when it starts again', async () => {
    await start();
    const work = workOf('interrupted', 1, 'start', { exec: { create: 'test -e ../go || sleep 600' } });
    await standIn.queue(work);
    standIn.wake();
    await eventually(async () => (await countProcesses('interrupted')) > 0);
    await provisioner?.stop();
    expect(await countProcesses('interrupted')).toBe(0);
    await writeFile(`${folder.path}/go`, '');
    await start();
    expect(await standIn.end(work)).toMatchObject({ status: 'succeeded' });
    expect(standIn.timesBegun(work)).toBe(2);
  });
});
