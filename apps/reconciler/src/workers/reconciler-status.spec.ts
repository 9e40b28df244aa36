import { describe, expect, it } from '@jest/globals';

import type { JsonObject } from '@holdfast/kernel';

import type { Verdict } from './judge-reconcilers.js';
import { reconcilerStatus } from './reconciler-status.js';
import { acceptedReconciler, GREETINGS, stateOf } from './workers.fixtures.js';

const NOW = new Date('2026-01-01T10:00:00Z');
const KIND = {
  ...GREETINGS,
  group: 'holdfast.dev',
  resource: 'reconcilers',
  kind: 'Reconciler',
  scope: 'Cluster',
} as const;
const ACCEPTED: Verdict = { status: 'accepted', reconciler: acceptedReconciler() };

const greeting = (name: string, status: 'True' | 'False', reason: string, since: string) =>
  stateOf(GREETINGS, name, {
    status: {
      conditions: [
        { type: 'Ready', status, reason, message: `about ${name}`, lastTransitionTime: `2026-01-01T${since}:00Z` },
      ],
    },
  });
const statusOf = (verdict: Verdict, objects: ReturnType<typeof greeting>[], status: JsonObject = {}) =>
  reconcilerStatus({ state: stateOf(KIND, 'greeting', { status }), verdict, objects, now: NOW });
const conditions = (status: JsonObject | undefined) =>
  (status?.['conditions'] as readonly Record<'type' | 'status' | 'reason', string>[]).map(
    ({ type, status: value, reason }) => `${type} ${value} ${reason}`,
  );

describe('the status of a Reconciler', () => {
  it('tells what is done and what is wrong', () => {
    const objects = [
      greeting('early', 'False', 'NoName', '08:00'),
      greeting('late', 'False', 'NameTaken', '09:00'),
      greeting('fine', 'True', 'Greeted', '09:30'),
      stateOf(GREETINGS, 'new'),
    ];
    const status = statusOf(ACCEPTED, objects);
    expect(status).toMatchObject({
      observedGeneration: 1,
      subject: 'hf.reconcile.greeting',
      objects: 4,
      ready: 1,
      lastProblem: {
        object: 'default/late',
        reason: 'NameTaken',
        message: 'about late',
        since: '2026-01-01T09:00:00Z',
      },
    });
    expect(conditions(status)).toEqual(['Accepted True Accepted', 'Available True WorkersAnswer']);
  });

  it('tells that nobody listens when an object says so', () => {
    const objects = [greeting('a', 'True', 'Greeted', '08:00'), greeting('b', 'False', 'NoWorker', '09:00')];
    expect(conditions(statusOf(ACCEPTED, objects))).toEqual(['Accepted True Accepted', 'Available False NoWorker']);
  });

  it('does not know of workers before the first call', () => {
    expect(conditions(statusOf(ACCEPTED, []))).toEqual(['Accepted True Accepted', 'Available Unknown NotCalled']);
  });

  it('of one that is refused tells why, and of no work', () => {
    const refused: Verdict = { status: 'refused', reason: 'ForTaken', message: 'another was first' };
    const status = statusOf(refused, [greeting('a', 'True', 'Greeted', '08:00')]);
    expect(conditions(status)).toEqual(['Accepted False ForTaken', 'Available False NotAccepted']);
    expect(status?.['objects']).toBeUndefined();
  });

  it('is not written again while it says the same', () => {
    const objects = [greeting('a', 'True', 'Greeted', '08:00')];
    expect(statusOf(ACCEPTED, objects, statusOf(ACCEPTED, objects))).toBeUndefined();
  });
});
