import { describe, expect, it } from '@jest/globals';

import type { RunReport } from './controller.js';
import { aRack } from './objects.fixtures.js';
import { done, retry, stalled, waiting } from './outcome.js';
import { observationOf } from './run-events.js';
import { WriteRefused } from './write-refused.js';

const aReport = (changes: Partial<RunReport>): RunReport => {
  const object = aRack('rack-01');
  return {
    id: 'run-1',
    controller: 'rack',
    key: object.key,
    object,
    reason: 'Change',
    cause: undefined,
    traceparent: '',
    attempt: 0,
    fence: undefined,
    outcome: done,
    startedAt: new Date('2026-01-01T10:00:00Z'),
    durationMs: 1,
    waitedMs: 0,
    writes: [],
    againInMs: undefined,
    moved: false,
    ...changes,
  };
};

const told = (changes: Partial<RunReport>) => {
  const observation = observationOf(aReport(changes));
  return observation && [observation.type, observation.reason, observation.message];
};

describe('an Event tells', () => {
  it('of every failure, and of what only a changed declaration can help', () => {
    expect(told({ outcome: retry(new Error('disk full')) })).toEqual(['Warning', 'ReconcileError', 'disk full']);
    expect(told({ outcome: stalled('BadName', 'no') })).toEqual(['Warning', 'BadName', 'no']);
  });

  it('of what moved the condition, in the words of the reconciler', () => {
    expect(told({ outcome: waiting('NoTemplate', 'none'), moved: true })).toEqual(['Normal', 'NoTemplate', 'none']);
    expect(told({ outcome: { kind: 'done', reason: 'Provisioned', message: 'all' }, moved: true })).toEqual([
      'Normal',
      'Provisioned',
      'all',
    ]);
  });
});

describe('no Event tells', () => {
  it.each<[string, Partial<RunReport>]>([
    ['that nothing changed', { outcome: waiting('NoTemplate', 'none') }],
    ['that all is well, when the reconciler says nothing about it', { moved: true }],
    ['of an object that is gone', { outcome: retry(new Error('x')), object: undefined }],
    [
      'of a lost race',
      { outcome: retry(new WriteRefused(aRack('rack-01').key, { reason: 'Conflict', message: 'old' })) },
    ],
    [
      'of an Event',
      {
        key: { group: '', resource: 'events', namespace: 'default', name: 'e' },
        outcome: retry(new Error('x')),
      },
    ],
  ])('%s', (_, changes) => {
    expect(told(changes)).toBeUndefined();
  });
});
