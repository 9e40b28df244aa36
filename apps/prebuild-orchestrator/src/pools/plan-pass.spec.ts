import { describe, expect, it } from '@jest/globals';

import {
  failed,
  pending,
  planned,
  preset,
  READY,
  saidOf,
  template,
  text,
  upkeepOf,
  version,
  workspace,
  writesOf,
} from './plan-pass.fixtures.js';

const write = (of: string, more: object = {}) => ({ version: of, cancels: [], deletes: [], creates: 0, ...more });
const DRAIN = 'prebuilds.holdfast.dev/drain';
const IN_USE = 'prebuilds.holdfast.dev/in-use';

describe('what is written for a pool', () => {
  it('is what it lacks; what is on its way already counts', () => {
    const states = [template(), preset({ instances: 3 }), workspace('a', { status: READY })];
    expect(writesOf(planned(states, '09:00'))).toEqual([write('v1', { creates: 2 })]);
    expect(writesOf(planned(states, '09:00', 2))).toEqual([write('v1')]);
  });

  it('has the same names when it is decided again on the same version of the log', () => {
    const names = () =>
      planned([template(), preset({ instances: 2 })], '09:00').jobs.flatMap((job) =>
        job.kind === 'pool' ? job.creates.map(({ name }) => name) : [],
      );
    expect(names()).toEqual(names());
    expect(new Set(names()).size).toBe(2);
  });

  it('leaves alone what is claimed, and deletes what is too much', () => {
    const claimed = { owner: 'ada', claimRef: { name: 'mine', uid: 'uid-mine' } };
    const states = [
      template(),
      preset({ instances: 0 }),
      workspace('mine', { spec: claimed, status: READY }),
      workspace('spare', { status: READY }),
    ];
    expect(writesOf(planned(states, '09:00'))).toEqual([write('v1', { deletes: ['spare'] })]);
  });

  it('of a version that was replaced cancels what nobody has begun, before the status tells which one that is', () => {
    const states = [
      template({ spec: { activeVersion: 'v2' }, status: { activeVersion: 'v1' } }),
      preset({ instances: 1 }),
      workspace('old', { status: READY }),
      workspace('waiting', { status: pending() }),
    ];
    expect(writesOf(planned(states, '09:00'))).toEqual([
      write('v2', { creates: 1 }),
      write('v1', { cancels: ['waiting'], deletes: ['old'] }),
    ]);
  });

  it('is the end of what was stopped, and of what was to be stopped before it was built', () => {
    const stop = { transition: 'stop' };
    const stopped = { phase: 'Stopped', builtAt: text('08:05'), build: { ...(READY['build'] as object), ...stop } };
    const states = (settings: object) => [
      template(),
      preset({ instances: 1, ...settings }),
      workspace('a', { status: READY }),
      workspace('b', { spec: stop, status: stopped }),
      workspace('c', { spec: stop }),
    ];
    expect(writesOf(planned(states({}), '09:00'))).toEqual([write('v1', { deletes: ['b', 'c'] })]);
    expect(writesOf(planned(states({ paused: true }), '09:00'))).toEqual([write('v1')]);
  });

  it('of a preset that is gone empties it', () => {
    const states = [template(), workspace('orphan', { status: READY })];
    expect(writesOf(planned(states, '09:00'))).toEqual([write('v1', { deletes: ['orphan'] })]);
  });

  it('is nothing while the template names no version', () => {
    expect(
      writesOf(planned([template({ spec: { activeVersion: undefined } }), preset({ instances: 3 })], '09:00')),
    ).toEqual([]);
  });

  it('is nothing after as many failures as the limit says, until the spec changes', () => {
    const broken = ['a', 'b', 'c'].map((name) => workspace(name, { status: failed(text('09:00')) }));
    const seen = { observedGeneration: 1, specChangedAt: text('08:00') };
    const creates = (status: object) =>
      writesOf(planned([template(), preset({ instances: 1 }, { status: { ...status } }), ...broken], '09:10')).map(
        (one) => (one as { creates: number }).creates,
      );
    expect(creates(seen)).toEqual([0]);
    expect(creates({ ...seen, observedGeneration: 0 })).toEqual([1]);
  });

  it('after an invalidation waits for the second to end, so that nothing new seems to be old', () => {
    const states = (invalidatedAt: string) => [
      template(),
      preset({ instances: 1, invalidatedAt }),
      workspace('old', { status: READY }),
    ];
    expect(writesOf(planned(states('2025-06-02T09:00:00.500Z'), '09:00'))).toEqual([write('v1')]);
    expect(writesOf(planned(states('2025-06-02T08:59:59.500Z'), '09:00'))).toEqual([
      write('v1', { deletes: ['old'], creates: 1 }),
    ]);
  });
});

describe('a preset whose parameters the active version does not take', () => {
  const sized = version('v1', { spec: { parameters: [{ name: 'size', type: 'string' }] } });
  const problem = 'spec.parameters.size: Required value: a string; it has no default in template version "v1"';

  it('builds nothing, and says which parameter, once', () => {
    const pass = planned([template(), sized, preset({ instances: 2 })], '09:00');
    expect(writesOf(pass)).toEqual([write('v1')]);
    const condition = { status: 'False', reason: 'NotAccepted', message: problem };
    expect(saidOf(pass, 'ParametersValid')).toMatchObject([{ ...condition, told: ['ParametersNotAccepted'] }]);
    expect(saidOf(pass, 'Ready')).toMatchObject([{ status: 'False', message: expect.stringContaining(problem) }]);
    const known = { conditions: [{ type: 'ParametersValid', ...condition, lastTransitionTime: text('08:00') }] };
    const again = planned([template(), sized, preset({ instances: 2 }, { status: known })], '09:01');
    expect(saidOf(again, 'ParametersValid')).toMatchObject([{ lastTransitionTime: text('08:00'), told: [] }]);
  });

  it('says so while it is paused, too', () => {
    const pass = planned([template(), sized, preset({ instances: 2, paused: true })], '09:00');
    expect(saidOf(pass, 'ParametersValid')).toMatchObject([{ status: 'False', message: problem }]);
  });

  it('fills its pool again as soon as a version takes them', () => {
    const states = [template({ spec: { activeVersion: 'v2' } }), sized, version('v2'), preset({ instances: 2 })];
    const pass = planned(states, '09:00');
    expect(writesOf(pass)).toEqual([write('v2', { creates: 2 })]);
    expect(saidOf(pass, 'ParametersValid')).toMatchObject([{ status: 'True', reason: 'Accepted', told: [] }]);
  });
});

describe('what is looked after beside', () => {
  it('failed builds are kept as evidence, and then removed', () => {
    const states = [
      template({ metadata: { finalizers: [DRAIN] } }),
      workspace('bad', { status: failed(text('09:00')) }),
    ];
    expect(upkeepOf(planned(states, '09:59'))).toEqual([]);
    expect(upkeepOf(planned(states, '10:01'))).toEqual([['removed', 'bad']]);
  });

  it('a template stays until its pools are empty, and takes the evidence with it', () => {
    const deleted = { finalizers: [DRAIN], deletionTimestamp: text('09:00') };
    const bad = workspace('bad', { status: failed(text('09:00')) });
    expect(upkeepOf(planned([template()], '09:01'))).toEqual([['web', DRAIN]]);
    expect(upkeepOf(planned([template({ metadata: deleted }), bad], '09:01'))).toEqual([['removed', 'bad']]);
    expect(upkeepOf(planned([template({ metadata: deleted })], '09:01'))).toEqual([['web']]);
  });

  it('a version stays until no workspace refers to it, not even a claimed one', () => {
    const deleted = { finalizers: [IN_USE], deletionTimestamp: text('09:00') };
    const mine = workspace('mine', { spec: { owner: 'ada' }, status: READY });
    expect(upkeepOf(planned([version('v1')], '09:01'))).toEqual([['v1', IN_USE]]);
    expect(upkeepOf(planned([version('v1', { metadata: deleted }), mine], '09:01'))).toEqual([]);
    expect(upkeepOf(planned([version('v1', { metadata: deleted })], '09:01'))).toEqual([['v1']]);
  });
});
