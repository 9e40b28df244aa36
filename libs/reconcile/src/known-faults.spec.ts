/** What went wrong in another controller, measured there: each is a rule here. */
import { describe, expect, it } from '@jest/globals';

import { ControllerUnderTest } from './controller.fixtures.js';
import { aRack } from './objects.fixtures.js';
import { after, done, retry, waiting } from './outcome.js';
import type { Outcome } from './outcome.js';

/** Returns these outcomes in turn, the last one for ever. */
const inTurn = (...outcomes: readonly Outcome[]) => {
  let calls = 0;
  const reconcile = (): Promise<Outcome> =>
    Promise.resolve(outcomes[Math.min((calls += 1), outcomes.length) - 1] as Outcome);
  return { reconcile, calls: () => calls };
};

describe('faults of other controllers that must not happen here', () => {
  it('a lost requeue: who asks for another run until the fifth gets five', async () => {
    const again = waiting('NotYet', 'not yet', 0);
    const { reconcile, calls } = inTurn(again, again, again, again, done);
    const world = new ControllerUnderTest({ reconcile });
    world.given(aRack('rack-01'));
    for (let i = 0; i < 10; i++) await world.pass(1);

    expect(calls()).toBe(5);
  });

  it('a lost error: a failure is retried', async () => {
    const { reconcile, calls } = inTurn(retry(new Error('disk full')), done);
    const world = new ControllerUnderTest({ reconcile });
    world.given(aRack('rack-01'));
    await world.pass(5);
    await world.pass(60_000);

    expect(calls()).toBe(2);
  });

  it('a change lost during a run: it gives one more run, which sees the newest state', async () => {
    const seen: unknown[] = [];
    let end = (): void => undefined;
    const firstRun = new Promise<void>((resolve) => (end = resolve));
    const world = new ControllerUnderTest({
      reconcile: async (run) => {
        if (seen.length === 0) await firstRun;
        seen.push(run.read.get(run.key)?.version);
        return done;
      },
    });
    world.given(aRack('rack-01'));
    await world.turn();
    world.given(aRack('rack-01', { version: 2 }));
    end();
    await world.turn();

    expect(seen).toEqual([2, 2]);
  });

  it('the same object three times at once: created, updated and patched, it runs once at a time', async () => {
    let active = 0;
    let most = 0;
    const world = new ControllerUnderTest({
      concurrency: 5,
      reconcile: async () => {
        active += 1;
        most = Math.max(most, active);
        await new Promise((resolve) => setImmediate(resolve));
        active -= 1;
        return done;
      },
    });
    for (const version of [1, 2, 3]) {
      world.given(aRack('rack-01', { version }));
      await world.turn();
    }

    expect(most).toBe(1);
  });

  it('timers that never coalesce: twenty changes make two runs, and then one looks again every 300 ms', async () => {
    const { reconcile, calls } = inTurn(after(300));
    const world = new ControllerUnderTest({ reconcile });
    for (let version = 1; version <= 20; version++) world.given(aRack('rack-01', { version }));
    await world.turn();
    expect(calls()).toBe(2);

    for (let i = 0; i < 9; i++) await world.pass(300);
    expect(calls()).toBe(2 + 9);
  });

  it('nothing at start: an object that is there already is looked at', async () => {
    const world = new ControllerUnderTest({});
    const state = aRack('rack-02');
    world.cache.put(state);
    world.controller.observe({ key: state.key, before: state, after: state }, undefined);
    await world.turn();

    expect(world.reports.map(({ key, reason }) => [key.name, reason])).toContainEqual(['rack-02', 'Resync']);
  });

  it('no clean-up on delete: a deletion wakes the key, and the run finds nothing', async () => {
    const seen: unknown[] = [];
    const world = new ControllerUnderTest({
      reconcile: (run) => {
        seen.push(run.read.get(run.key));
        return Promise.resolve(done);
      },
    });
    const rack = aRack('rack-01');
    world.given(rack);
    await world.turn();
    const gone = world.cache.remove(rack.key, 9);
    if (gone !== undefined) world.controller.observe(gone, { version: 9, correlationID: 'c' });
    await world.turn();

    expect(seen).toEqual([rack, undefined]);
  });
});
