import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@holdfast/kernel';

import { aRack } from './objects.fixtures.js';
import { done, observing, retry, stalled, waiting } from './outcome.js';
import type { Outcome } from './outcome.js';
import { nextStatus, summaryMoves } from './status.js';

const TEN = '2026-01-01T10:00:00Z';
const ELEVEN = '2026-01-01T11:00:00Z';

const after = (outcome: Outcome, status?: JsonObject, at = TEN, generation = 3) => {
  const object = aRack('rack-01', { metadata: { generation }, ...(status === undefined ? {} : { status }) });
  return nextStatus({ object, seen: object, outcome, condition: 'Ready', now: new Date(at) });
};

const ready = (status: string, reason: string, message: string, at = TEN, observedGeneration = 3) => ({
  type: 'Ready',
  status,
  reason,
  message,
  observedGeneration,
  lastTransitionTime: at,
});

describe('the summary condition', () => {
  it.each([
    ['done', done, ready('True', 'Reconciled', '')],
    [
      'done with a word for it',
      { ...done, reason: 'Provisioned', message: 'all' },
      ready('True', 'Provisioned', 'all'),
    ],
    ['another look later', { kind: 'after', ms: 5 } as const, ready('True', 'Reconciled', '')],
    ['waiting', waiting('NoTemplate', 'none'), ready('False', 'NoTemplate', 'none')],
    ['retry', retry(new Error('disk full')), ready('False', 'ReconcileError', 'disk full')],
  ])('after %s', (_, outcome, condition) => {
    expect(after(outcome)).toEqual({ observedGeneration: 3, conditions: [condition] });
  });

  it('stands beside Stalled when only a changed declaration can help, and Stalled goes with that', () => {
    const status = after(stalled('BadName', 'no such thing'));
    expect(status?.['conditions']).toEqual([
      ready('False', 'BadName', 'no such thing'),
      { ...ready('True', 'BadName', 'no such thing'), type: 'Stalled' },
    ]);

    expect(after(done, status, ELEVEN)?.['conditions']).toEqual([ready('True', 'Reconciled', '', ELEVEN)]);
  });

  it('keeps its transition time while only reason, message or generation change', () => {
    const before = after(waiting('A', 'a')) as JsonObject;

    expect(after(waiting('B', 'b'), before, ELEVEN, 4)?.['conditions']).toEqual([ready('False', 'B', 'b', TEN, 4)]);
  });
});

describe('the status', () => {
  it('is left alone when it says the same already: no write, no event', () => {
    const outcome = observing(done, { used: 1 });

    expect(after(outcome, after(outcome), ELEVEN)).toBeUndefined();
  });

  it('takes the observed members, and leaves those of others and their conditions alone', () => {
    const foreign = { ...ready('True', 'Cool', 'x'), type: 'Cooled' };

    expect(after(observing(done, { used: 2 }), { used: 1, seen: 'by others', conditions: [foreign] })).toEqual({
      used: 2,
      seen: 'by others',
      observedGeneration: 3,
      conditions: [foreign, ready('True', 'Reconciled', '')],
    });
  });
});

describe('a status about an object whose spec changed during the run', () => {
  it('is about the generation that the run saw, and keeps what others wrote meanwhile', () => {
    const seen = aRack('rack-01', { metadata: { generation: 3 } });
    const object = aRack('rack-01', { version: 2, metadata: { generation: 4 }, status: { seen: 'by others' } });
    const cooled = { type: 'Cooled', status: 'True', reason: 'FansRun', message: '' };
    const outcome = observing(done, { conditions: [cooled] });

    expect(nextStatus({ object, seen, outcome, condition: 'Ready', now: new Date(TEN) })).toEqual({
      seen: 'by others',
      observedGeneration: 3,
      conditions: [
        { ...cooled, observedGeneration: 3, lastTransitionTime: TEN },
        ready('True', 'Reconciled', '', TEN, 3),
      ],
    });
  });
});

describe('two reconcilers of one object', () => {
  const next = (condition: string, outcome: Outcome, status: JsonObject = {}) => {
    const object = aRack('rack-01', { status });
    return nextStatus({ object, seen: object, outcome, condition, now: new Date(TEN) });
  };
  const stalledReasons = (status: JsonObject | undefined) =>
    (status?.['conditions'] as readonly JsonObject[]).filter(({ type }) => type === 'Stalled').map((c) => c['reason']);

  it('come to rest when one is stalled and the other is not', () => {
    const first = next('Ready', stalled('BadName', 'no such thing'));
    const both = next('Checked', done, first);

    expect(stalledReasons(both)).toEqual(['BadName']);
    expect(next('Ready', stalled('BadName', 'no such thing'), both)).toBeUndefined();
    expect(next('Checked', done, both)).toBeUndefined();
    expect(stalledReasons(next('Ready', done, both))).toEqual([]);
  });

  it('come to rest when both are stalled', () => {
    const first = next('Ready', stalled('BadName', 'no such thing'));
    const both = next('Checked', stalled('BadSize', 'too large'), first);

    expect(stalledReasons(both)).toEqual(['BadName']);
    expect(next('Ready', stalled('BadName', 'no such thing'), both)).toBeUndefined();
    expect(next('Checked', stalled('BadSize', 'too large'), both)).toBeUndefined();
  });
});

describe('a Stalled that somebody else wrote', () => {
  it('is left alone', () => {
    const foreign = { ...ready('True', 'ByHand', 'under repair'), type: 'Stalled' };

    expect(after(done, { conditions: [foreign] })?.['conditions']).toEqual([foreign, ready('True', 'Reconciled', '')]);
  });
});

it('conditions that are withdrawn go, those of others stay', () => {
  const warm = { ...ready('True', 'A', 'a'), type: 'Warm' };
  const theirs = { ...ready('True', 'A', 'a'), type: 'Theirs' };
  const object = aRack('rack-01', { status: { conditions: [warm, theirs] } });
  const outcome: Outcome = { ...done, status: { used: 1 }, withdrawn: ['Warm'] };
  const status = nextStatus({ object, seen: object, outcome, condition: 'Ready', now: new Date(ELEVEN) });
  expect(status).toMatchObject({ conditions: [theirs, { type: 'Ready' }] });
});

describe('an object that is being deleted', () => {
  const deletionTimestamp = '2026-01-01T09:00:00Z';
  const leaving = (outcome: Outcome) => {
    const object = aRack('rack-01', {
      metadata: { generation: 4, deletionTimestamp },
      status: { conditions: [ready('False', 'A', 'a')] },
    });
    return {
      status: nextStatus({ object, seen: object, outcome, condition: 'Ready', now: new Date(ELEVEN) }),
      moves: summaryMoves(object, outcome, 'Ready'),
    };
  };

  it.each<[string, Outcome]>([
    ['nothing is left to do', done],
    ['there is another look later', { kind: 'after', ms: 5 }],
  ])('is not said to be as declared when %s', (_, outcome) => {
    expect(leaving(outcome)).toEqual({ status: undefined, moves: false });
  });

  it('tells what was observed', () => {
    expect(leaving(observing({ kind: 'after', ms: 5 }, { used: 1 }))).toEqual({
      status: { used: 1, observedGeneration: 4, conditions: [ready('False', 'A', 'a')] },
      moves: false,
    });
  });

  it('tells what holds it', () => {
    expect(leaving(waiting('InUse', 'by 2 racks'))).toEqual({
      status: { observedGeneration: 4, conditions: [ready('False', 'InUse', 'by 2 racks', TEN, 4)] },
      moves: true,
    });
  });
});

describe('conditions of its own', () => {
  it('stand beside the summary, and keep their transition time like it', () => {
    const cooled = { type: 'Cooled', status: 'True', reason: 'FansRun', message: '' };
    const status = after(observing(done, { conditions: [cooled] })) as JsonObject;

    const again = observing(waiting('A', 'a'), { conditions: [{ ...cooled, message: 'all' }] });
    expect(after(again, status, ELEVEN)?.['conditions']).toEqual([
      { ...cooled, message: 'all', observedGeneration: 3, lastTransitionTime: TEN },
      ready('False', 'A', 'a', ELEVEN),
    ]);
  });
});

describe('a move of the summary', () => {
  const object = aRack('rack-01', { status: { conditions: [ready('False', 'A', 'a')] } });

  it.each([
    ['another status', done, true],
    ['another reason', waiting('B', 'a'), true],
    ['another message', waiting('A', 'b'), false],
    ['the same', waiting('A', 'a'), false],
  ])('%s', (_, outcome, expected) => {
    expect(summaryMoves(object, outcome, 'Ready')).toBe(expected);
  });
});
