import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { WORKSPACE_CLAIMS, WORKSPACES } from '@holdfast/prebuild';
import type { Job } from '@holdfast/provision';
import { eventually, startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';

import { BuildsWorld } from './builds-world.fixtures.js';

describe('builds', () => {
  let nats: TestNats;
  let world: BuildsWorld;

  beforeEach(async () => {
    nats = await startNats();
    world = await BuildsWorld.start(nats.url());
  });
  afterEach(async () => {
    await world?.close();
    await nats?.close();
  });

  /** Its newest job, once it is there. */
  const jobOf = (name: string, build = 1): Promise<Job> =>
    eventually(async () => (await world.jobs()).find((job) => job.name === name && job.build === build));
  const begun = async (name: string): Promise<Job> => {
    world.workspace(name);
    const job = await jobOf(name);
    expect(await world.begin(job)).toMatchObject({ accepted: true });
    return job;
  };
  const built = async (name: string): Promise<Job> => {
    const job = await begun(name);
    expect(await world.report(job, { status: 'succeeded' })).toEqual({ accepted: true });
    return job;
  };
  /** What is refused changes nothing. */
  const refusal = async (ask: () => Promise<unknown>): Promise<unknown> => {
    const before = world.store.log.length;
    const answer = await ask();
    expect(world.store.log.slice(before).filter(({ key }) => key.resource === 'workspaces')).toEqual([]);
    return answer;
  };
  const refused = (reason: string, message: string) => ({
    accepted: false,
    reason,
    message: expect.stringContaining(message),
  });

  it('go from the wish for a workspace to its end, and tell people once that it is ready', async () => {
    world.lead();
    const job = await begun('web');
    expect(job).toMatchObject({ namespace: 'default', name: 'web', build: 1, transition: 'start' });
    const endpoints = [{ name: 'web', url: 'http://127.0.0.1:40001/' }];
    expect(await world.report(job, { status: 'ready', endpoints })).toEqual({ accepted: true });
    expect(await world.report(job, { status: 'succeeded', endpoints })).toEqual({ accepted: true });
    expect(world.statusOf('web')).toMatchObject({ phase: 'Ready', endpoints, build: { status: 'succeeded' } });
    await eventually(() => world.reasonsAbout('web').length > 0);
    expect(world.reasonsAbout('web')).toEqual(['Ready']);
  });

  describe('when another one leads', () => {
    it('are dispatched again where they wait, though their job was lost with the stream', async () => {
      const former = world.lead();
      world.workspace('web');
      const job = await jobOf('web');
      await former.stop();
      await world.loseJobs();
      world.lead();
      expect(await jobOf('web')).toEqual(job);
      expect(await world.begin(job)).toMatchObject({ accepted: true });
    });

    it('are neither answered nor written by the one that has not heard of it', async () => {
      const former = world.lead();
      const job = await begun('web');
      former.deafen();
      const successor = world.lead();
      await successor.stop();
      expect(await refusal(() => world.report(job, { status: 'succeeded' }))).toBeUndefined();
      expect(world.statusOf('web')).toMatchObject({ build: { status: 'running' } });
      await former.stop();
      world.lead();
      expect(await world.report(job, { status: 'succeeded' })).toEqual({ accepted: true });
    });

    it('are answered by nobody until it does', async () => {
      const former = world.lead();
      const job = await begun('web');
      await former.stop();
      expect(await refusal(() => world.begin(job))).toBeUndefined();
    });
  });

  it('fail when nobody reports their end in time, and people are told once', async () => {
    world.lead();
    await begun('web');
    world.becomes('10:01:29');
    world.workspace('looked-at-meanwhile');
    await jobOf('looked-at-meanwhile');
    expect(world.statusOf('web').build).toMatchObject({ status: 'running' });
    world.becomes('10:01:31');
    await eventually(() => world.statusOf('web').build?.status === 'failed');
    expect(world.statusOf('web')).toMatchObject({
      phase: 'Failed',
      build: { reason: 'TimedOut', message: 'no worker reported the end of build 1 in time' },
    });
    await eventually(() => world.reasonsAbout('web').length > 0);
    expect(world.reasonsAbout('web')).toEqual(['TimedOut']);
  });

  it('that delete are tried until one succeeds, and the workspace goes only then', async () => {
    world.lead();
    await built('web');
    world.remove(WORKSPACES, 'web');
    const first = await jobOf('web', 2);
    await world.begin(first);
    await world.report(first, { status: 'failed', reason: 'ProcessesRemain', message: '7 did not end' });
    expect(world.statusOf('web')).toMatchObject({ phase: 'Deleting', build: { number: 2, status: 'failed' } });
    world.becomes('10:01');
    const second = await jobOf('web', 3);
    expect(second.transition).toBe('delete');
    await world.begin(second);
    expect(world.find('web')).toBeDefined();
    await world.report(second, { status: 'succeeded' });
    await eventually(() => world.find('web') === undefined);
  });

  it('that a worker gives back go to the next one, and such tries do not count', async () => {
    world.lead();
    world.workspace('web');
    const job = await jobOf('web');
    for (const attempt of [1, 2, 3, 4, 5]) {
      expect(await world.begin(job, 'worker-1', attempt)).toMatchObject({ accepted: true });
      expect(await world.report(job, { status: 'interrupted' })).toEqual({ accepted: true });
    }
    expect(world.statusOf('web')).toMatchObject({ phase: 'Pending', build: { status: 'pending', handedBack: 5 } });
    for (const attempt of [6, 7, 8])
      expect(await world.begin(job, 'worker-2', attempt)).toMatchObject({ accepted: true });
    expect(await world.begin(job, 'worker-2', 9)).toMatchObject({ accepted: false, reason: 'finished' });
    expect(world.statusOf('web')).toMatchObject({ build: { status: 'failed', reason: 'WorkerLost' } });
  });

  describe('by a worker are refused with the reason, and nothing changes', () => {
    it('of a workspace that is gone, or of another one of its name', async () => {
      world.lead();
      const job = await begun('web');
      for (const wrong of [
        { ...job, name: 'api' },
        { ...job, uid: 'uid-0' },
      ]) {
        const gone = refused('gone', `there is no workspace "${wrong.name}" with uid ${wrong.uid}`);
        expect(await refusal(() => world.begin(wrong))).toEqual(gone);
        expect(await refusal(() => world.report(wrong, { status: 'succeeded' }))).toEqual(gone);
      }
    });

    it('of a build whose place a later one has taken, also that of a claim', async () => {
      world.lead();
      const job = await built('web');
      const claim = { name: 'mine', uid: 'uid-of-mine' };
      world.change(WORKSPACES, 'web', { spec: { owner: 'ada', claimRef: claim } });
      await jobOf('web', 2);
      const claimed = refused('claimed', 'build 2 (claim) of "web" has taken the place of build 1');
      expect(await refusal(() => world.begin(job))).toEqual(claimed);
      expect(await refusal(() => world.report(job, { status: 'failed', reason: 'NotRestarted' }))).toEqual(claimed);
      world.remove(WORKSPACES, 'web');
      await jobOf('web', 3);
      expect(await refusal(() => world.begin(job))).toEqual(
        refused('superseded', 'build 3 (delete) of "web" has taken the place of build 1'),
      );
    });

    it('by a worker that it does not belong to', async () => {
      world.lead();
      const job = await begun('web');
      expect(await refusal(() => world.report(job, { status: 'succeeded' }, 'worker-2'))).toEqual(
        refused('superseded', 'worker-1 works on build 1 (start), not worker-2'),
      );
    });

    it('when they have ended another way; the same end again is accepted', async () => {
      world.lead();
      const job = await begun('web');
      const end = { status: 'failed', reason: 'ScriptFailed', message: 'create ended with 3' } as const;
      expect(await world.report(job, end)).toEqual({ accepted: true });
      expect(await refusal(() => world.report(job, end))).toEqual({ accepted: true });
      expect(await refusal(() => world.report(job, { status: 'succeeded' }))).toEqual(
        refused('finished', 'build 1 (start) has ended already: failed'),
      );
      expect(await refusal(() => world.begin(job))).toMatchObject({ reason: 'finished' });
    });

    it.each<[string, object, string]>([
      ['a build that is no number', { build: 'one' }, 'job.build: '],
      ['no uid', { uid: undefined }, 'job.uid: '],
      ['a transition that is none', { transition: 'pause' }, 'job.transition: '],
    ])('when they have %s, and the field is named', async (_, wrong, field) => {
      world.lead();
      const job = { ...(await begun('web')), ...wrong };
      expect(await refusal(() => world.begin(job))).toEqual(refused('malformed', field));
      expect(await refusal(() => world.report(job, { status: 'running' }))).toEqual(refused('malformed', field));
    });

    it('when a failure has no reason', async () => {
      world.lead();
      const job = await begun('web');
      expect(await refusal(() => world.report(job, { status: 'failed' }))).toEqual(refused('malformed', 'reason: '));
    });
  });

  it('of a hook that fails are said on the claim, once, also by the next leader', async () => {
    const former = world.lead();
    await built('web');
    world.given(WORKSPACE_CLAIMS, 'mine', { preset: 'web', owner: 'ada' });
    const uid = world.uidOf(WORKSPACE_CLAIMS, 'mine');
    world.change(WORKSPACES, 'web', { spec: { owner: 'ada', claimRef: { name: 'mine', uid } } });
    const hook = await jobOf('web', 2);
    await world.begin(hook);
    await world.report(hook, { status: 'failed', reason: 'ScriptFailed', message: 'claim ended with 3' });
    await eventually(() => world.reasonsAbout('mine').length > 0);
    await former.stop();
    world.lead();
    await built('another');
    expect(world.reasonsAbout('mine')).toEqual(['ClaimHookFailed']);
    expect(world.reasonsAbout('web')).toEqual(['Ready', 'ScriptFailed']);
    expect(world.claimStatus('mine')).toMatchObject({
      message: 'claim hook failed: claim ended with 3',
      conditions: [{ type: 'HookFailed', status: 'True', reason: 'ScriptFailed' }],
    });
  });
});
