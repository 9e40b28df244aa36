import { describe, expect, it } from '@jest/globals';

import { EventCorrelator } from './event-correlator.js';
import type { EventObservation } from './event-correlator.js';

const START = new Date('2026-01-01T10:00:00Z');
const later = (seconds: number): Date => new Date(START.getTime() + seconds * 1_000);

const failed = (message = 'disk full'): EventObservation => ({
  controller: 'rack',
  key: { group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name: 'rack-01' },
  uid: 'uid-1',
  type: 'Warning',
  reason: 'ReconcileError',
  message,
});

const aCorrelator = () => {
  const correlator = new EventCorrelator();
  let ids = 0;
  return (observation: EventObservation, at = START) => correlator.observe(observation, at, () => (++ids).toString(16));
};

describe('what happened', () => {
  it('the first time, is an Event of its own', () => {
    expect(aCorrelator()(failed())).toEqual({ kind: 'create', name: 'rack-01.1', message: 'disk full', at: START });
  });

  it('again, is counted in the same Event', () => {
    const observe = aCorrelator();
    observe(failed());

    expect(observe(failed(), later(5))).toEqual({
      kind: 'count',
      name: 'rack-01.1',
      message: 'disk full',
      count: 2,
      first: START,
      at: later(5),
    });
  });

  it('again to an object that was made anew, is an Event of its own', () => {
    const observe = aCorrelator();
    observe(failed());

    expect(observe({ ...failed(), uid: 'uid-2' })).toMatchObject({ kind: 'create', name: 'rack-01.2' });
  });

  it('with other words for the tenth time within ten minutes, is combined into one Event that is counted', () => {
    const observe = aCorrelator();
    for (let i = 1; i < 10; i++) expect(observe(failed(`try ${i}`), later(i))).toMatchObject({ kind: 'create' });

    const tenth = observe(failed('try 10'), later(10));
    expect(tenth).toMatchObject({ kind: 'create', message: '(combined from similar events): try 10' });
    expect(observe(failed('try 11'), later(11))).toMatchObject({
      kind: 'count',
      count: 2,
      message: '(combined from similar events): try 11',
    });
  });

  it('with other words after a quiet time, is an Event of its own again', () => {
    const observe = aCorrelator();
    for (let i = 1; i <= 10; i++) observe(failed(`try ${i}`), later(i));

    expect(observe(failed('much later'), later(700))).toMatchObject({ kind: 'create', message: 'much later' });
  });

  it('25 times at once, is dropped from then on, and let through once every five minutes', () => {
    const observe = aCorrelator();
    for (let i = 0; i < 25; i++) expect(observe(failed())).toBeDefined();

    expect(observe(failed())).toBeUndefined();
    expect(observe(failed(), later(299))).toBeUndefined();
    expect(observe(failed(), later(300))).toMatchObject({ kind: 'count', count: 26 });
  });

  it('to one object, does not use up what is allowed to another', () => {
    const observe = aCorrelator();
    for (let i = 0; i < 30; i++) observe(failed());

    const other = { ...failed(), key: { ...failed().key, name: 'rack-02' } };
    expect(observe(other)).toMatchObject({ kind: 'create' });
  });
});
