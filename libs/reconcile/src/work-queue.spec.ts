import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { ManualClock } from './manual-clock.fixtures.js';
import { PRIORITY, WorkQueue } from './work-queue.js';

const aQueue = () => {
  const clock = new ManualClock();
  return { clock, queue: new WorkQueue({ clock, random: () => 0 }) };
};

/** What would be taken now, without waiting. */
const takeNow = async (queue: WorkQueue): Promise<string | undefined> => (queue.depth > 0 ? queue.take() : undefined);

const takeAll = async (queue: WorkQueue): Promise<string[]> => {
  const taken: string[] = [];
  for (let key = await takeNow(queue); key !== undefined; key = await takeNow(queue)) taken.push(key);
  return taken;
};

describe('keys that wait', () => {
  it('are taken in the order in which they were added', async () => {
    const { queue } = aQueue();
    for (const key of ['a', 'b', 'c']) queue.add(key);

    expect(await takeAll(queue)).toEqual(['a', 'b', 'c']);
  });

  it('are taken once, however often they were added', async () => {
    const { queue } = aQueue();
    for (const key of ['a', 'b', 'a', 'a', 'b']) queue.add(key);

    expect(await takeAll(queue)).toEqual(['a', 'b']);
  });

  it('let a real change overtake a resync storm', async () => {
    const { queue } = aQueue();
    for (let i = 0; i < 1_000; i++) queue.add(`resync-${i}`, PRIORITY.resync);
    queue.add('changed');

    expect(await takeNow(queue)).toBe('changed');
  });

  it('are raised when a change comes for a key of the storm', async () => {
    const { queue } = aQueue();
    for (const key of ['a', 'b', 'c']) queue.add(key, PRIORITY.resync);
    queue.add('c', PRIORITY.change);

    expect(await takeAll(queue)).toEqual(['c', 'a', 'b']);
  });

  it('do not starve: an old key of low priority goes before a new change', async () => {
    const { clock, queue } = aQueue();
    queue.add('resync', PRIORITY.resync);
    clock.pass(100 * 100 + 100);
    queue.add('changed');

    expect(await takeNow(queue)).toBe('resync');
  });

  it('are given to a taker that was there first', async () => {
    const { queue } = aQueue();
    const taken = queue.take();
    queue.add('a');

    expect(await taken).toBe('a');
  });
});

describe('a key that runs', () => {
  it('is not taken again before it is done', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.take();
    queue.add('a');

    expect(await takeNow(queue)).toBeUndefined();
  });

  it('runs exactly once more for all changes that came meanwhile', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.add('a');
    queue.done('a');

    expect(await takeAll(queue)).toEqual(['a']);
    queue.done('a');
    expect(await takeAll(queue)).toEqual([]);
  });

  it('runs at once when a change came, even if a delay was asked for', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.addAfter('a', 60_000);
    queue.done('a');

    expect(await takeNow(queue)).toBe('a');
  });

  it('cannot be done twice', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.take();
    queue.done('a');

    expect(() => queue.done('a')).toThrow('a is not running');
  });
});

describe('a delayed key', () => {
  it('comes when its time has come', async () => {
    const { clock, queue } = aQueue();
    queue.addAfter('a', 50);
    clock.pass(49);
    expect(await takeNow(queue)).toBeUndefined();
    clock.pass(1);
    expect(await takeNow(queue)).toBe('a');
  });

  it('takes the earliest of its delays', async () => {
    const { clock, queue } = aQueue();
    queue.addAfter('a', 50);
    queue.addAfter('a', 10);
    queue.addAfter('a', 90);
    clock.pass(10);

    expect(await takeNow(queue)).toBe('a');
    queue.done('a');
    clock.pass(200);
    expect(await takeNow(queue)).toBeUndefined();
  });

  it('is superseded by a change', async () => {
    const { clock, queue } = aQueue();
    queue.addAfter('a', 50);
    queue.add('a');

    expect(await takeAll(queue)).toEqual(['a']);
    queue.done('a');
    clock.pass(100);
    expect(await takeNow(queue)).toBeUndefined();
  });

  it('comes after the run when it was delayed during one', async () => {
    const { clock, queue } = aQueue();
    queue.add('a');
    await queue.take();
    queue.addAfter('a', 30);
    queue.done('a');
    expect(await takeNow(queue)).toBeUndefined();
    clock.pass(30);
    expect(await takeNow(queue)).toBe('a');
  });
});

describe('back-off', () => {
  it('doubles from 5 ms up to the cap, for each key alone', () => {
    const clock = new ManualClock();
    const queue = new WorkQueue({ clock, random: () => 0, backoff: { baseMs: 5, capMs: 40 } });

    expect([1, 2, 3, 4, 5].map(() => queue.retry('failing'))).toEqual([5, 10, 20, 40, 40]);
    expect(queue.retry('other')).toBe(5);
  });

  it('begins anew when the key is forgotten', () => {
    const { queue } = aQueue();
    queue.retry('a');
    queue.retry('a');
    queue.forget('a');

    expect(queue.retry('a')).toBe(5);
  });
});

describe('draining', () => {
  it('ends when the last run is done, and lets nobody take any more', async () => {
    const { clock, queue } = aQueue();
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 10);
    await queue.take();
    const waiting = queue.take();
    await waiting;
    const idle = queue.take();

    let drained = false;
    const end = queue.drain().then(() => (drained = true));
    expect(await idle).toBeUndefined();
    queue.add('d');
    queue.done('a');
    await Promise.resolve();
    expect(drained).toBe(false);
    queue.done('b');
    await end;

    expect(await queue.take()).toBeUndefined();
    expect(clock.pending).toBe(0);
  });
});

describe('the state table: when a key is taken next, in ms, for each state and what happens in it', () => {
  const STATES = {
    absent: () => undefined,
    delayed: (queue: WorkQueue) => queue.addAfter('a', 100),
    queued: (queue: WorkQueue) => queue.add('a'),
    running: async (queue: WorkQueue) => {
      queue.add('a');
      await queue.take();
    },
    'running, then queued': async (queue: WorkQueue) => {
      queue.add('a');
      await queue.take();
      queue.add('a');
    },
    'running, then delayed': async (queue: WorkQueue) => {
      queue.add('a');
      await queue.take();
      queue.addAfter('a', 100);
    },
  };
  const EVENTS = {
    nothing: () => undefined,
    add: (queue: WorkQueue) => queue.add('a'),
    'addAfter 50': (queue: WorkQueue) => queue.addAfter('a', 50),
    'addAfter 200': (queue: WorkQueue) => queue.addAfter('a', 200),
    discard: (queue: WorkQueue) => queue.discard('a'),
    drain: (queue: WorkQueue) => void queue.drain(),
  };
  const NEVER = undefined;

  it.each<[keyof typeof STATES, readonly (number | undefined)[]]>([
    // nothing, add, addAfter 50, addAfter 200, discard, drain
    ['absent', [NEVER, 0, 50, 200, NEVER, NEVER]],
    ['delayed', [100, 0, 50, 100, NEVER, NEVER]],
    ['queued', [0, 0, 0, 0, NEVER, NEVER]],
    ['running', [NEVER, 0, 50, 200, NEVER, NEVER]],
    ['running, then queued', [0, 0, 0, 0, NEVER, NEVER]],
    ['running, then delayed', [100, 0, 50, 100, NEVER, NEVER]],
  ])('%s', async (state, expected) => {
    const taken = await Promise.all(
      Object.values(EVENTS).map(async (happens) => {
        const { clock, queue } = aQueue();
        await STATES[state](queue);
        happens(queue);
        if (state.startsWith('running')) queue.done('a');
        for (const at of [0, 50, 100, 200]) {
          clock.pass(at - clock.now());
          if ((await takeNow(queue)) !== undefined) return at;
        }
        return NEVER;
      }),
    );

    expect(taken).toEqual(expected);
  });
});

describe('whatever happens', () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constant('resync' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constant('after' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constant('retry' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constant('take' as const), key: fc.constant('') }),
    fc.record({ kind: fc.constant('done' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ kind: fc.constant('time' as const), key: fc.constant('') }),
  );

  it('never runs a key twice at once, and serves every add after it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const { clock, queue } = aQueue();
        const running = new Set<string>();
        const owed = new Set<string>();
        const take = async (): Promise<void> => {
          const key = await takeNow(queue);
          if (key === undefined) return;
          expect(running.has(key)).toBe(false);
          running.add(key);
          owed.delete(key);
        };
        for (const { kind, key } of actions) {
          if (kind === 'time') clock.pass(1_000);
          else if (kind === 'take') await take();
          else if (kind === 'done') {
            if (running.delete(key)) queue.done(key);
          } else {
            owed.add(key);
            if (kind === 'add') queue.add(key);
            if (kind === 'resync') queue.add(key, PRIORITY.resync);
            if (kind === 'after') queue.addAfter(key, 20);
            if (kind === 'retry') queue.retry(key);
          }
        }
        for (let round = 0; round < 4; round++) {
          for (const key of running) queue.done(key);
          running.clear();
          clock.pass(10_000_000);
          for (let i = 0; i < 3; i++) await take();
        }
        expect([...owed]).toEqual([]);
      }),
    );
  });
});
