import { describe, expect, it } from '@jest/globals';
import type { ObjectKey } from '@holdfast/contracts';

import { ControllerUnderTest } from './controller.fixtures.js';
import type { ObjectState } from './object-cache.js';
import { aChassisOf, anObject, aRack, CHASSIS, RACKS } from './objects.fixtures.js';
import { after, done, retry, stalled, waiting } from './outcome.js';
import type { Outcome } from './outcome.js';
import type { Run, WriteResult } from './reconciler.js';
import { watchFor, watchMapped, watchOwned } from './watches.js';

const REPORTS = { version: 'v1', condition: 'Ready' };

/** A promise and what resolves it. */
const gate = <T = void>() => {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => (open = resolve));
  return { opened, open };
};

describe('an outcome', () => {
  it.each<[string, Outcome, number[]]>([
    ['done: nothing more', done, [1, 1, 1]],
    ['stalled: nothing more', stalled('Bad', 'bad'), [1, 1, 1]],
    ['waiting for a change: nothing more', waiting('Later', 'later'), [1, 1, 1]],
    ['waiting at most 50 ms: again then', waiting('Later', 'later', 50), [1, 2, 3]],
    ['after 50 ms: again then', after(50), [1, 2, 3]],
  ])('%s', async (_, outcome, runs) => {
    const world = new ControllerUnderTest({ reconcile: () => Promise.resolve(outcome) });
    world.given(aRack('rack-01'));

    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      await world.turn();
      seen.push(world.reports.length);
      await world.pass(50);
    }

    expect(seen).toEqual(runs);
  });

  it('retry: again after 5 ms, 10 ms, 20 ms; the first success begins anew', async () => {
    const outcomes: Outcome[] = [...Array<Outcome>(3).fill(retry(new Error('no'))), done, retry(new Error('no'))];
    const world = new ControllerUnderTest({ reconcile: () => Promise.resolve(outcomes.shift() ?? done) });
    world.given(aRack('rack-01'));
    for (const ms of [5, 10, 20]) await world.pass(ms);
    world.given(aRack('rack-01', { version: 2 }));
    await world.turn();

    expect(world.reports.map(({ attempt, againInMs, reason }) => [attempt, againInMs, reason])).toEqual([
      [0, 5, 'Change'],
      [1, 10, 'Retry'],
      [2, 20, 'Retry'],
      [3, undefined, 'Retry'],
      [0, 5, 'Change'],
    ]);
  });

  it('retry keeps the cause of the run before', async () => {
    const world = new ControllerUnderTest({ reconcile: () => Promise.resolve(retry(new Error('no'))) });
    world.given(aRack('rack-01'), { version: 7, correlationID: 'story' });
    await world.pass(5);

    expect(world.reports.map(({ cause }) => cause)).toEqual(Array(2).fill({ version: 7, correlationID: 'story' }));
  });
});

describe('a reconciler that misbehaves harms only its own key', () => {
  const onlyFirst = (bad: () => Promise<Outcome>) => (run: Run) =>
    run.key.name === 'bad' ? bad() : Promise.resolve(done);

  it.each<[string, () => Promise<Outcome>, string]>([
    ['throws', () => Promise.reject(new Error('boom')), 'boom'],
    [
      'throws at once',
      () => {
        throw new Error('boom');
      },
      'boom',
    ],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what careless code does
    ['throws what is no Error', () => Promise.reject('boom'), 'boom'],
    ['returns nothing', () => Promise.resolve(undefined as never), 'must return an outcome, not undefined'],
    ['returns null', () => Promise.resolve(null as never), 'must return an outcome, not null'],
    ['returns a kind that is none', () => Promise.resolve({ kind: 'ok' } as never), 'its kind is not done'],
    ['asks for no time at all', () => Promise.resolve(after(Number.NaN)), 'ms must be from 0'],
    ['has no word for a wait', () => Promise.resolve(waiting('', 'x')), 'its reason must match'],
  ])('%s', async (_, bad, message) => {
    const world = new ControllerUnderTest({ concurrency: 2, reconcile: onlyFirst(bad) });
    world.given(aRack('bad'));
    world.given(aRack('good'));
    await world.turn();

    const outcomes = new Map(world.reports.map(({ key, outcome }) => [key.name, outcome]));
    expect(outcomes.get('good')).toEqual(done);
    const failed = outcomes.get('bad');
    expect(failed).toMatchObject({ kind: 'retry', thrown: true });
    expect(failed?.kind === 'retry' && failed.error.message).toContain(message);
  });

  it('hangs: its run ends after the limit, its later writes are refused, the other keys went on', async () => {
    const late = gate();
    const answers: WriteResult[] = [];
    const world = new ControllerUnderTest({
      concurrency: 2,
      timeoutMs: 1_000,
      reconcile: async (run) => {
        if (run.key.name === 'good' || run.attempt > 0) return done;
        await late.opened;
        answers.push(await run.write.patch(run.key, 'v1', {}));
        return done;
      },
    });
    world.given(aRack('bad'));
    world.given(aRack('good'));
    await world.turn();
    expect(world.reports.map(({ key }) => key.name)).toEqual(['good']);

    await world.pass(1_000);
    late.open();
    await world.pass(5);

    expect(world.outcomes).toEqual(['done', 'retry', 'done']);
    expect(answers).toEqual([expect.objectContaining({ ok: false })]);
    expect(world.written).toEqual([]);
  });
});

describe('a watch that throws', () => {
  const broken = watchMapped(RACKS, ({ key }) => {
    throw new Error(`what is ${key.name}?`);
  });

  it("wakes nobody, is told of, and is in no other watch's way", async () => {
    const world = new ControllerUnderTest({ watches: [broken, watchFor(RACKS)] });
    const rack = aRack('rack-01');
    world.given(rack);
    await world.turn();

    expect(world.outcomes).toEqual(['done']);
    expect(world.watchFailures).toEqual([{ controller: 'rack', key: rack.key, error: new Error('what is rack-01?') }]);
  });
});

describe('the runs of one key', () => {
  it('never overlap: the next waits until the writes of the last are answered', async () => {
    const answer = gate<WriteResult>();
    const begun: string[] = [];
    const world = new ControllerUnderTest({
      timeoutMs: 100,
      concurrency: 4,
      reconcile: async (run) => {
        begun.push(run.id);
        if (run.attempt === 0) await run.write.patch(run.key, 'v1', {});
        return done;
      },
    });
    world.answer = () => answer.opened;
    const rack = aRack('rack-01');
    world.given(rack);
    await world.pass(100);
    await world.pass(1_000);
    expect(begun).toEqual(['run-1']);

    answer.open({ ok: true, state: rack });
    await world.pass(5);

    expect(begun).toEqual(['run-1', 'run-2']);
    expect(world.outcomes).toEqual(['retry', 'done']);
  });

  it('a change during a run gives exactly one more', async () => {
    const end = gate();
    let runs = 0;
    const world = new ControllerUnderTest({
      reconcile: async () => {
        runs += 1;
        if (runs === 1) await end.opened;
        return done;
      },
    });
    world.given(aRack('rack-01'));
    await world.turn();
    for (const version of [2, 3, 4]) world.given(aRack('rack-01', { version }), { version, correlationID: 'c' });
    end.open();
    await world.turn();

    expect(world.reports.map(({ cause }) => cause?.version)).toEqual([1, 2]);
  });
});

describe('two changes of one key at once', () => {
  it('are told of as two changes, each by the run that it woke', async () => {
    const world = new ControllerUnderTest({});
    await world.turn();
    for (const version of [1, 2]) world.given(aRack('rack-01', { version }));
    await world.turn();

    expect(world.reports.map(({ reason, cause }) => [reason, cause?.version])).toEqual([
      ['Change', 1],
      ['Change', 2],
    ]);
  });
});

describe('what led to a run', () => {
  it('is the first of the changes that its key waited with', async () => {
    const end = gate();
    const world = new ControllerUnderTest({ reconcile: () => end.opened.then(() => done) });
    world.given(aRack('other'));
    await world.turn();
    for (const version of [7, 8, 9]) world.given(aRack('rack-01', { version }), { version, correlationID: 'c' });
    end.open();
    await world.turn();

    expect(world.reports.at(-1)?.cause?.version).toBe(7);
  });

  const lookAgain = (world: ControllerUnderTest, ...states: readonly ObjectState[]) => {
    for (const state of states) world.cache.put(state);
    for (const after of states) world.controller.observe({ key: after.key, after }, undefined);
  };
  const watches = [watchFor(RACKS), watchOwned(CHASSIS, RACKS)];

  it('is, where everything is looked at again, the newest change of what concerns it', async () => {
    const end = gate();
    const world = new ControllerUnderTest({ watches, reconcile: () => end.opened.then(() => done) });
    world.given(aRack('other'));
    await world.turn();
    const chassis = [5, 3].map((version) => aChassisOf('rack-01', `c-${version}`, { version }));
    lookAgain(world, aRack('rack-01', { version: 4 }), ...chassis);
    end.open();
    await world.turn();

    expect(world.reports.at(-1)).toMatchObject({ reason: 'Resync', cause: { version: 5, correlationID: 'run-2' } });
  });

  it('keeps its story where that is known', async () => {
    const world = new ControllerUnderTest({ watches });
    lookAgain(world, { ...aRack('rack-01', { version: 4 }), correlationID: 'story' });
    await world.turn();

    expect(world.reports.at(-1)).toMatchObject({ reason: 'Resync', cause: { version: 4, correlationID: 'story' } });
  });
});

describe('the status', () => {
  it('tells of every failure once, and of recovery', async () => {
    let works = false;
    const world = new ControllerUnderTest({
      reports: REPORTS,
      reconcile: () => (works ? Promise.resolve(done) : Promise.reject(new Error('disk full'))),
    });
    world.answer = (state) => {
      const stored = aRack('rack-01', { version: state.version, status: state.object['status'] as never });
      world.cache.put(stored);
      return Promise.resolve({ ok: true, state: stored });
    };
    world.given(aRack('rack-01'));
    await world.pass(5);
    await world.pass(10);
    works = true;
    await world.pass(20);

    const conditions = world.written.map(({ body }) => body['status']);
    expect(conditions).toEqual([
      expect.objectContaining({ conditions: [expect.objectContaining({ status: 'False', message: 'disk full' })] }),
      expect.objectContaining({ conditions: [expect.objectContaining({ status: 'True' })] }),
    ]);
    expect(world.reports.map(({ moved }) => moved)).toEqual([true, false, false, true]);
  });

  it('that the store refuses is a failure of the run', async () => {
    const world = new ControllerUnderTest({ reports: REPORTS, reconcile: () => Promise.resolve(done) });
    world.answer = () => Promise.resolve({ ok: false, refusal: { reason: 'Invalid', message: 'status.used: wrong' } });
    world.given(aRack('rack-01'));
    await world.turn();

    const [report] = world.reports;
    expect(report?.outcome.kind === 'retry' && report.outcome.error.message).toContain('status.used: wrong');
  });
});

describe('an object that changes during its run', () => {
  /** A world whose first run lasts until it is told to end, with this outcome. */
  const duringTheFirstRun = async (outcome: Outcome, happens: (world: ControllerUnderTest) => void) => {
    const end = gate();
    let runs = 0;
    const world = new ControllerUnderTest({
      reports: REPORTS,
      reconcile: async () => {
        runs += 1;
        if (runs > 1) return new Promise(() => undefined);
        await end.opened;
        return outcome;
      },
    });
    world.given(aRack('rack-01'));
    await world.turn();
    happens(world);
    end.open();
    await world.turn();
    return world;
  };

  it('has the status of what the run saw: the change is still to be looked at', async () => {
    const declared = aRack('rack-01', { version: 2, metadata: { generation: 2 } });
    const world = await duringTheFirstRun(done, (one) => one.given(declared));

    expect(world.written.map(({ body }) => body['status'])).toEqual([
      expect.objectContaining({
        observedGeneration: 1,
        conditions: [expect.objectContaining({ type: 'Ready', observedGeneration: 1 })],
      }),
    ]);
  });

  it('is not taken for another of its name: that one has no status from this run, and no Event', async () => {
    const failed = retry(new Error('disk full'));
    const another = aRack('rack-01', { version: 3, metadata: { uid: 'uid-of-another' } });
    const world = await duringTheFirstRun(failed, (one) => one.given(another));

    expect(world.written).toEqual([]);
    expect(world.reports.map(({ object }) => object?.version)).toEqual([1]);
  });

  it('and is made only then is not spoken of by a run that found none', async () => {
    const end = gate();
    const world = new ControllerUnderTest({ reports: REPORTS, reconcile: () => end.opened.then(() => done) });
    world.controller.observe({ key: aRack('rack-01').key }, { version: 1, correlationID: 'c' });
    await world.turn();
    world.cache.put(aRack('rack-01', { version: 2 }));
    end.open();
    await world.turn();

    expect(world.written).toEqual([]);
    expect(world.reports.map(({ object }) => object)).toEqual([undefined]);
  });
});

describe('an outcome that awaits an object which nothing watches', () => {
  const lock = anObject(CHASSIS, 'lock');
  const awaitingTheLock = (before: () => Promise<void> = () => Promise.resolve()) => {
    const world = new ControllerUnderTest({
      reconcile: async (run) => {
        const seen = run.read.get(lock.key);
        if (seen === undefined) return done;
        await before();
        return { ...waiting('Locked', 'by a lock'), awaits: [seen] };
      },
    });
    world.cache.put(lock);
    world.given(aRack('rack-01'));
    return world;
  };
  const unlock = ({ cache, controller }: ControllerUnderTest) => {
    const change = cache.remove(lock.key, 7);
    if (change !== undefined) controller.observe(change, { version: 7, correlationID: 'c' });
  };

  it('runs again when the object changes, and then waits for it no more', async () => {
    const world = awaitingTheLock();
    await world.turn();
    expect(world.outcomes).toEqual(['waiting']);
    unlock(world);
    await world.turn();
    world.given(anObject(CHASSIS, 'lock', { version: 8 }));
    await world.turn();

    expect(world.outcomes).toEqual(['waiting', 'done']);
    expect(world.reports.at(-1)).toMatchObject({ reason: 'Change', cause: { version: 7 } });
  });

  it('runs again when the object changed during the run', async () => {
    const end = gate();
    const world = awaitingTheLock(() => end.opened);
    await world.turn();
    unlock(world);
    end.open();
    await world.turn();

    expect(world.outcomes).toEqual(['waiting', 'done']);
  });

  it('is forgotten with its key', async () => {
    let isOurs = true;
    const world = new ControllerUnderTest(
      { reconcile: () => Promise.resolve({ ...waiting('Locked', 'by a lock'), awaits: [lock] }) },
      { shareOf: () => (isOurs ? { fence: undefined } : undefined) },
    );
    world.cache.put(lock);
    world.given(aRack('rack-01'));
    await world.turn();
    isOurs = false;
    await world.controller.release(() => true);
    isOurs = true;
    unlock(world);
    await world.turn();

    expect(world.outcomes).toEqual(['waiting']);
  });

  it('must name objects', async () => {
    const nonsense = { ...waiting('Locked', 'by a lock'), awaits: ['it'] } as never;
    const world = new ControllerUnderTest({ reconcile: () => Promise.resolve(nonsense) });
    world.given(aRack('rack-01'));
    await world.turn();

    expect(world.outcomes).toEqual(['retry']);
  });
});

describe('a status that does not fit the schema of its kind', () => {
  it('is left out, and the condition says why', async () => {
    const misfit: Outcome = { ...done, status: { used: 'seven' } };
    const world = new ControllerUnderTest({ reports: REPORTS, reconcile: () => Promise.resolve(misfit) });
    world.answer = (state) =>
      Promise.resolve(
        JSON.stringify(state.object).includes('seven')
          ? { ok: false, refusal: { reason: 'Invalid', message: 'status.used: must be a number' } }
          : { ok: true, state },
      );
    world.given(aRack('rack-01'));
    await world.turn();

    expect(world.written.at(-1)?.body).toMatchObject({
      status: {
        conditions: [
          { type: 'Ready', status: 'False', message: expect.stringContaining('status.used: must be a number') },
        ],
      },
    });
    expect(world.outcomes).toEqual(['retry']);
  });
});

describe('a controller', () => {
  it.each([0, -1, 1.5, Number.NaN])('that could run %d keys at once is refused', (concurrency) => {
    expect(() => new ControllerUnderTest({ concurrency })).toThrow(
      `the concurrency of "rack" must be a whole number from 1, not ${concurrency}`,
    );
  });
});

describe('a controller that would sum up in Stalled', () => {
  it('is refused', () => {
    expect(() => new ControllerUnderTest({ reports: { version: 'v1', condition: 'Stalled' } })).toThrow(
      'the condition of "rack" cannot be Stalled, which stands beside it',
    );
  });
});

describe('keys that are shared among replicas', () => {
  const lock = { lock: 'coordination.k8s.io/leases/holdfast-system/p', epoch: 3 };

  it('are run only where they belong, and their writes carry the fence', async () => {
    const shareOf = ({ name }: ObjectKey) => (name === 'ours' ? { fence: lock } : undefined);
    const world = new ControllerUnderTest(
      {
        reconcile: async (run) => {
          await run.write.patch(run.key, 'v1', {});
          return done;
        },
      },
      { shareOf },
    );
    world.given(aRack('ours'));
    world.given(aRack('theirs'));
    await world.turn();

    expect(world.written.map(({ run }) => [run.key.name, run.fence])).toEqual([['ours', lock]]);
  });

  it('are looked at again when they were taken, and no others with them', async () => {
    const taken = new Set(['before']);
    const runs: string[] = [];
    const world = new ControllerUnderTest(
      {
        reconcile: async ({ key }) => {
          runs.push(key.name);
          return Promise.resolve(done);
        },
      },
      { shareOf: ({ name }) => (taken.has(name) ? { fence: lock } : undefined) },
    );
    const racks = [aRack('before'), aRack('taken'), aRack('theirs')];
    for (const rack of racks) world.given(rack);
    await world.turn();
    taken.add('taken');
    for (const rack of racks) {
      world.controller.observe({ key: rack.key, after: rack }, undefined, ({ name }) => name === 'taken');
    }
    await world.turn();
    expect(runs).toEqual(['before', 'taken']);
  });

  it('are let go of when a run has ended and its writes are answered, and not run again', async () => {
    const answer = gate<WriteResult>();
    let isOurs = true;
    const world = new ControllerUnderTest(
      {
        concurrency: 2,
        reconcile: async (run) => {
          await run.write.patch(run.key, 'v1', {});
          return after(10);
        },
      },
      { shareOf: () => (isOurs ? { fence: lock } : undefined) },
    );
    world.answer = () => answer.opened;
    const rack = aRack('rack-01');
    world.given(rack);
    await world.turn();
    isOurs = false;
    let released = false;
    const release = world.controller.release(() => true).then(() => (released = true));
    await world.turn();
    expect(released).toBe(false);

    answer.open({ ok: true, state: rack });
    await release;
    await world.pass(1_000);

    expect(world.reports).toHaveLength(1);
    expect(world.controller.queue.keys()).toEqual([]);
  });

  it('are let go of when what was kept going for them has ended, too, after their runs', async () => {
    const ended = gate();
    const told: string[] = [];
    const world = new ControllerUnderTest({
      reconcile: async (run) => {
        await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
        told.push('run');
        return done;
      },
      released: async (isReleased) => {
        told.push(...['rack-01', 'rack-02'].filter((name) => isReleased(aRack(name).key)));
        await ended.opened;
      },
    });
    world.given(aRack('rack-01'));
    await world.turn();
    let released = false;
    const release = world.controller.release(({ name }) => name === 'rack-01').then(() => (released = true));
    await world.turn();
    expect([told, released]).toEqual([['run', 'rack-01'], false]);

    ended.open();
    await release;
  });

  it('are all let go of so when the controller stops', async () => {
    const told: string[] = [];
    const world = new ControllerUnderTest({
      released: (isReleased) => {
        told.push(...['rack-01', 'rack-02'].filter((name) => isReleased(aRack(name).key)));
        return Promise.resolve();
      },
    });
    await world.controller.stop();

    expect(told).toEqual(['rack-01', 'rack-02']);
  });
});
