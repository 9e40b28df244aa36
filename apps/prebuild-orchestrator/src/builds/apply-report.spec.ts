import { describe, expect, it } from '@jest/globals';

import type { Condition, WorkspaceBuild } from '@holdfast/prebuild';
import type { BuildReport } from '@holdfast/provision';

import { applyReport, beginBuild, cancelBuild, failBuild, isOverdue, MOST_ATTEMPTS } from './apply-report.js';
import { queueBuild } from './build-status.js';
import { at, build, claimRef, jobOf, report, text, workspace } from './builds.fixtures.js';
import type { Workspace } from './workspace.js';

const NOW = at('10:05');
const endpoints = [{ name: 'web', url: 'http://127.0.0.1:40001/' }];
const condition = (type: string, status: Condition['status'], reason: string, message: string): Condition => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: text('10:05'),
  observedGeneration: 2,
});
const begin = (of: WorkspaceBuild, attempt = 1) => ({ job: jobOf(of), worker: 'provisioner-1', attempt });
const withBuild = (of: WorkspaceBuild, status: Workspace['status'] = {}): Workspace =>
  workspace({ status: { ...status, build: of } });

describe('a build that is queued', () => {
  it('is the next one, and waits', () => {
    expect(queueBuild(workspace(), 'start', NOW)).toEqual({
      phase: 'Pending',
      observedGeneration: 2,
      build: { number: 1, transition: 'start', status: 'pending', queuedAt: text('10:05') },
      conditions: [condition('Ready', 'False', 'Pending', 'build 1 (start) waits for a worker')],
    });
  });

  it('leaves a claimed workspace as usable as it was', () => {
    const ready = condition('Ready', 'True', 'Ready', 'it can be used');
    const before = withBuild(build('start', 'succeeded'), { phase: 'Ready', endpoints, conditions: [ready] });
    expect(queueBuild(before, 'claim', NOW)).toEqual({
      phase: 'Claiming',
      observedGeneration: 2,
      endpoints,
      build: { number: 2, transition: 'claim', status: 'pending', queuedAt: text('10:05') },
      conditions: [ready, condition('Claimed', 'False', 'Pending', 'build 2 (claim) waits for a worker')],
    });
  });

  it.each(['stop', 'delete', 'start'] as const)('to %s takes the endpoints away', (transition) => {
    const before = withBuild(build('start', 'succeeded'), { endpoints, builtAt: text('10:02') });
    const status = queueBuild(before, transition, NOW);
    expect([status.endpoints, status.builtAt, status.build?.number]).toEqual([undefined, text('10:02'), 2]);
  });
});

describe('a build that a worker begins', () => {
  it('is under way, by that worker', () => {
    const pending = build('start', 'pending');
    expect(beginBuild(withBuild(pending), begin(pending), NOW)).toEqual({
      accepted: true,
      status: {
        phase: 'Building',
        observedGeneration: 2,
        build: { ...pending, status: 'running', worker: 'provisioner-1', startedAt: text('10:05') },
        conditions: [condition('Ready', 'False', 'Building', 'build 1 (start) is under way, by provisioner-1')],
      },
    });
  });

  it('belongs to the one that begins it last', () => {
    const running = build('start', 'running', { worker: 'provisioner-0' });
    expect(beginBuild(withBuild(running), begin(running, 2), NOW)).toMatchObject({
      accepted: true,
      status: { build: { worker: 'provisioner-1' } },
    });
  });

  it('has failed when too many workers were lost over it', () => {
    const running = build('start', 'running');
    expect(beginBuild(withBuild(running), begin(running, MOST_ATTEMPTS + 1), NOW)).toMatchObject({
      accepted: false,
      refusal: { reason: 'finished' },
      status: { phase: 'Failed', build: { status: 'failed', reason: 'WorkerLost', endedAt: text('10:05') } },
    });
  });
});

describe('a build that its worker gives back', () => {
  const running = build('start', 'running');
  const back = applyReport(
    withBuild(running, { phase: 'Ready', endpoints }),
    report(running, { status: 'interrupted' }),
    NOW,
  );
  const waiting: Workspace = { ...workspace(), status: back.status ?? {} };

  it('waits for the next one, and is known to have been begun', () => {
    expect(back).toEqual({
      accepted: true,
      status: {
        phase: 'Pending',
        observedGeneration: 2,
        build: {
          number: 1,
          transition: 'start',
          status: 'pending',
          queuedAt: text('10:00'),
          startedAt: text('10:01'),
          handedBack: 1,
        },
        conditions: [condition('Ready', 'False', 'Pending', 'build 1 (start) waits for a worker')],
      },
    });
  });

  it('is given back once, however often that is said', () => {
    expect(applyReport(waiting, report(running, { status: 'interrupted' }), NOW)).toMatchObject({
      accepted: false,
      refusal: { reason: 'superseded', message: 'nobody has begun build 1 (start), not provisioner-1' },
    });
  });

  it('has one try more', () => {
    expect(beginBuild(waiting, begin(running, MOST_ATTEMPTS + 1), NOW)).toMatchObject({ accepted: true });
    expect(beginBuild(waiting, begin(running, MOST_ATTEMPTS + 2), NOW)).toMatchObject({
      accepted: false,
      status: { build: { status: 'failed', reason: 'WorkerLost' } },
    });
  });

  it('is not given back after its end', () => {
    const over = withBuild(build('start', 'succeeded'));
    expect(applyReport(over, report(running, { status: 'interrupted' }), NOW)).toMatchObject({
      accepted: false,
      refusal: { reason: 'finished' },
    });
  });
});

describe('what is refused, and changes nothing', () => {
  const first = build('start', 'running');
  const deleting = build('delete', 'running', { number: 2 });
  const claiming = build('claim', 'pending', { number: 2 });

  it.each<[string, Workspace | undefined, string]>([
    ['of a workspace that is gone', undefined, 'gone'],
    ['of one of the same name that came after it', workspace({ metadata: { uid: 'uid-2' } }), 'gone'],
    ['of one that has no builds', workspace(), 'superseded'],
    ['of a build before the present one', withBuild(deleting), 'superseded'],
    ['of a build from before the claim', withBuild(claiming), 'claimed'],
    ['of a build that was cancelled', withBuild(build('start', 'cancelled')), 'cancelled'],
    ['of a build that has failed', withBuild(build('start', 'failed')), 'finished'],
    ['of a build that has succeeded', withBuild(build('start', 'succeeded')), 'finished'],
  ])('the beginning and the progress %s', (_, found, reason) => {
    const refused = { accepted: false, refusal: { accepted: false, reason, message: expect.any(String) } };
    expect(beginBuild(found, begin(first), NOW)).toEqual(refused);
    expect(applyReport(found, report(first), NOW)).toEqual(refused);
  });

  it.each<[string, Workspace]>([
    ['a worker other than the one that works on it', withBuild({ ...first, worker: 'provisioner-2' })],
    ['a worker that has not begun', withBuild(build('start', 'pending'))],
  ])('the report of %s', (_, found) => {
    expect(applyReport(found, report(first, { status: 'succeeded' }), NOW)).toMatchObject({
      accepted: false,
      refusal: { reason: 'superseded', message: expect.stringContaining('provisioner-1') },
    });
  });

  it('another end than the one that is known', () => {
    expect(applyReport(withBuild(build('start', 'failed')), report(first, { status: 'succeeded' }), NOW)).toMatchObject(
      {
        accepted: false,
        refusal: { reason: 'finished', message: 'build 1 (start) has ended already: failed' },
      },
    );
    expect(
      applyReport(withBuild(build('stop', 'succeeded')), report(build('stop', 'running'), { status: 'failed' }), NOW),
    ).toMatchObject({ accepted: false, refusal: { reason: 'finished' } });
  });
});

describe('a report that is accepted', () => {
  const outcome = (of: WorkspaceBuild, more: Partial<BuildReport>, before: Workspace['status'] = {}) =>
    applyReport(
      workspace({ spec: of.transition === 'claim' ? { claimRef } : {}, status: { ...before, build: of } }),
      report(of, more),
      NOW,
    );
  const started = build('start', 'running');

  it('of progress changes nothing', () => {
    expect(outcome(started, { status: 'running' })).toEqual({ accepted: true });
  });

  it('of a success makes the workspace ready', () => {
    expect(outcome(started, { status: 'succeeded', endpoints })).toEqual({
      accepted: true,
      status: {
        phase: 'Ready',
        observedGeneration: 2,
        build: { ...started, status: 'succeeded', endedAt: text('10:05') },
        builtAt: text('10:05'),
        readyAt: text('10:05'),
        endpoints,
        conditions: [condition('Ready', 'True', 'Ready', 'it can be used')],
      },
    });
  });

  it('of a success leaves the times of the first one', () => {
    const times = { builtAt: text('09:00'), readyAt: text('09:00') };
    expect(outcome(started, { status: 'succeeded' }, times)).toMatchObject({ status: times });
  });

  it('of readiness lets it be used while the build goes on', () => {
    const { accepted, status } = outcome(started, { status: 'ready', endpoints }) as { accepted: true; status: object };
    expect(accepted).toBe(true);
    expect(status).toMatchObject({ phase: 'Ready', readyAt: text('10:05'), endpoints, build: started });
    expect(status).not.toHaveProperty('builtAt');
  });

  it('of a failure has its reason', () => {
    expect(outcome(started, { status: 'failed', reason: 'ScriptFailed', message: 'create ended with 1' })).toEqual({
      accepted: true,
      status: {
        phase: 'Failed',
        observedGeneration: 2,
        build: {
          ...started,
          status: 'failed',
          endedAt: text('10:05'),
          reason: 'ScriptFailed',
          message: 'create ended with 1',
        },
        conditions: [condition('Ready', 'False', 'ScriptFailed', 'create ended with 1')],
      },
    });
  });

  it.each<[string, WorkspaceBuild, Partial<BuildReport>, object]>([
    [
      'a claim whose hook has run is done',
      build('claim', 'running', { number: 2 }),
      { status: 'succeeded' },
      { phase: 'Ready', claimedFor: claimRef.uid, conditions: [{ type: 'Claimed', status: 'True' }] },
    ],
    [
      'a claim whose hook failed leaves it usable, and says so',
      build('claim', 'running', { number: 2 }),
      { status: 'failed', reason: 'ScriptFailed' },
      { phase: 'Ready', conditions: [{ type: 'Claimed', status: 'False', reason: 'ScriptFailed' }] },
    ],
    [
      'a stopped one is stopped',
      build('stop', 'running', { number: 2 }),
      { status: 'succeeded' },
      { phase: 'Stopped', conditions: [{ type: 'Ready', status: 'False', reason: 'Stopped' }] },
    ],
    [
      'one that could not be stopped has failed',
      build('stop', 'running', { number: 2 }),
      { status: 'failed', reason: 'TimedOut' },
      { phase: 'Failed' },
    ],
    [
      'one that could not be cleared away is still to be',
      build('delete', 'running', { number: 2 }),
      { status: 'failed', reason: 'FolderNotRemoved' },
      { phase: 'Deleting', conditions: [{ type: 'Ready', status: 'False', reason: 'FolderNotRemoved' }] },
    ],
    ['a cancelled one is cancelled', started, { status: 'cancelled' }, { phase: 'Cancelled' }],
  ])('%s', (_, of, more, expected) => {
    expect(outcome(of, more)).toMatchObject({ accepted: true, status: expected });
  });

  it('again, since the first answer was lost, changes nothing', () => {
    expect(outcome(build('start', 'succeeded'), { status: 'succeeded', endpoints })).toEqual({ accepted: true });
    expect(outcome(build('start', 'failed'), { status: 'failed', reason: 'ScriptFailed' })).toEqual({ accepted: true });
  });

  it.each(['start', 'claim'] as const)('of a loss after a %s that succeeded', (transition) => {
    const of = build(transition, 'succeeded');
    expect(
      outcome(of, { status: 'failed', reason: 'NotRestarted', message: 'gone' }, { claimedFor: claimRef.uid }),
    ).toMatchObject({
      accepted: true,
      status: {
        phase: 'Failed',
        build: { status: 'failed', reason: 'NotRestarted' },
        conditions: [{ type: 'Ready', status: 'False', reason: 'NotRestarted' }],
        claimedFor: claimRef.uid,
      },
    });
  });
});

describe('a build that nobody reports on', () => {
  const timeouts = { createSeconds: 60, readySeconds: 30, claimSeconds: 10, stopSeconds: 10, deleteSeconds: 10 };
  const running = build('start', 'running', { startedAt: text('10:00') });

  it.each([
    ['is waited for as long as it may take, and a minute more', at('10:03:29'), at('09:00'), false],
    ['is given up then', at('10:03:31'), at('09:00'), true],
    ['is waited for anew by a leader that could not hear of it before', at('10:03:31'), at('10:01'), false],
  ])('%s', (_, now, since, expected) => {
    expect(isOverdue(running, timeouts, since, now)).toBe(expected);
  });

  it('and that nobody has begun is waited for for ever', () => {
    expect(isOverdue(build('start', 'pending'), timeouts, at('09:00'), at('23:00'))).toBe(false);
  });

  it('fails with the reason it is given', () => {
    const why = { reason: 'TimedOut', message: 'no worker reported its end' };
    expect(failBuild(withBuild(running), running, why, NOW)).toMatchObject({
      phase: 'Failed',
      build: { status: 'failed', ...why },
    });
  });
});

describe('a build that is cancelled', () => {
  it.each(['pending', 'running'] as const)('while %s is cancelled with the reason', (status) => {
    expect(cancelBuild(withBuild(build('start', status)), 'the pool is drained', NOW)).toMatchObject({
      phase: 'Cancelled',
      build: { status: 'cancelled', reason: 'Cancelled', message: 'the pool is drained', endedAt: text('10:05') },
    });
  });

  it.each(['succeeded', 'failed', 'cancelled'] as const)('after it %s is left as it is', (status) => {
    expect(cancelBuild(withBuild(build('start', status)), 'the pool is drained', NOW)).toBeUndefined();
  });
});
