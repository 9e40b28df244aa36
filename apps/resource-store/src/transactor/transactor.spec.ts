import { afterEach, describe, expect, it } from '@jest/globals';
import type { TransactionOperation } from '@holdfast/contracts';

import {
  configMap,
  objectOf,
  refusalOf,
  settled,
  target,
  TransactorWorld,
  versionOf,
  watch,
} from './transactor.fixtures.js';
import { decideAtOnce } from './decider.js';
import type { DecisionTask } from './decider.js';
import type { WorldOptions } from './transactor.fixtures.js';

let world: TransactorWorld;
const given = async (options: WorldOptions = {}): Promise<void> => {
  world = await TransactorWorld.create(options);
};

afterEach(() => world?.close());

const createOf = (name: string): TransactionOperation => ({
  verb: 'create',
  target: target(''),
  body: configMap(name),
});

describe('a transactor', () => {
  it('sends a single write at once', async () => {
    await given();

    const answer = await world.create(configMap('web-1'));

    expect(world.written).toEqual([['web-1']]);
    expect(answer?.reply).toMatchObject({ status: 'ok', outcome: 'created', version: 3 * 1024 });
    expect(objectOf(answer)).toMatchObject({ metadata: { name: 'web-1', resourceVersion: String(3 * 1024) } });
  });

  it('sends together what arrived together', async () => {
    await given();

    await Promise.all([world.create(configMap('web-1')), world.create(configMap('web-2'))]);

    expect(world.written).toEqual([['web-1', 'web-2']]);
  });

  it('collects while an append is in flight, and sends what was collected as the next commit', async () => {
    await given();
    world.log.hold();

    const first = world.create(configMap('web-1'));
    await settled();
    const others = [world.create(configMap('web-2')), world.create(configMap('web-3'))];
    world.log.release();
    await Promise.all([first, ...others]);

    expect(world.written).toEqual([['web-1'], ['web-2', 'web-3']]);
  });

  it('decides on what is not acknowledged yet', async () => {
    await given();
    world.log.hold();

    const created = world.create(configMap('web-1', { color: 'red' }));
    await settled();
    const updated = world.update(configMap('web-1', { color: 'blue' }));
    world.log.release();

    expect(versionOf(await created)).toBe(3 * 1024);
    expect(versionOf(await updated)).toBe(4 * 1024);
    expect(world.log.commits[3]?.events[0]?.record.previous).toBe(3 * 1024);
  });

  it('lets one of two updates of the same version win', async () => {
    await given();
    const resourceVersion = String(versionOf(await world.create(configMap('web-1'))));

    const answers = await Promise.all([
      world.update(configMap('web-1', { color: 'red' }, { resourceVersion })),
      world.update(configMap('web-1', { color: 'blue' }, { resourceVersion })),
    ]);

    expect(answers[0]?.reply).toMatchObject({ status: 'ok', outcome: 'changed' });
    expect(refusalOf(answers[1]).reason).toBe('Conflict');
    expect(world.written).toEqual([['web-1'], ['web-1']]);
  });

  it('keeps each write its own actor and ids in a shared commit', async () => {
    await given();

    await Promise.all([world.create(configMap('web-1'), { id: 'a' }), world.create(configMap('web-2'), { id: 'b' })]);

    expect(world.log.commits[2]?.header).toMatchObject({
      epoch: 1,
      instance: 'one',
      commands: [
        { id: 'a', events: 1, actor: 'alice' },
        { id: 'b', events: 1, actor: 'alice' },
      ],
    });
  });

  it('appends nothing for a write that changes nothing', async () => {
    await given();
    const created = await world.create(configMap('web-1', { color: 'red' }));

    const repeated = await world.update(configMap('web-1', { color: 'red' }));

    expect(repeated?.reply).toMatchObject({ outcome: 'unchanged', version: versionOf(created) });
    expect(objectOf(repeated)).toEqual(objectOf(created));
    expect(world.written).toEqual([['web-1']]);
  });

  it('decides a dry run and appends nothing', async () => {
    await given();

    const answer = await world.create(configMap('web-1'), { dryRun: true });

    expect(answer?.reply).toMatchObject({ status: 'ok', outcome: 'created' });
    expect(refusalOf(await world.get('web-1')).reason).toBe('NotFound');
    expect(world.written).toEqual([]);
  });
});

describe('what fits into a commit', () => {
  it('fills one commit after the other up to the limit of events', async () => {
    await given({ limits: { eventsPerCommit: 3 } });
    world.log.hold();
    const first = world.create(configMap('first'));
    await settled();

    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const others = names.map((name) => world.create(configMap(name)));
    world.log.release();
    await Promise.all([first, ...others]);

    expect(world.written).toEqual([['first'], ['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
  });

  it('never splits a transaction, and sends a large one by itself', async () => {
    await given({ limits: { eventsPerCommit: 5, eventsOfSharing: 3 } });
    world.log.hold();
    const first = world.create(configMap('first'));
    await settled();

    const all = [
      world.transact(['a1', 'a2', 'a3'].map(createOf)),
      world.transact(['b1', 'b2', 'b3'].map(createOf)),
      world.create(configMap('c')),
      world.transact(['d1', 'd2', 'd3', 'd4'].map(createOf)),
      world.create(configMap('e')),
    ];
    world.log.release();
    await Promise.all([first, ...all]);

    expect(world.written).toEqual([
      ['first'],
      ['a1', 'a2', 'a3'],
      ['b1', 'b2', 'b3', 'c'],
      ['d1', 'd2', 'd3', 'd4'],
      ['e'],
    ]);
  });

  it('refuses what no commit can hold, and names the limit', async () => {
    await given({ limits: { commitBytes: 2_000 } });

    const answer = await world.create(configMap('web-1', { text: 'x'.repeat(2_000) }));

    expect(refusalOf(answer)).toMatchObject({ reason: 'RequestEntityTooLarge' });
    expect(refusalOf(answer).message).toContain('2000');
    expect(world.written).toEqual([]);
  });

  it('answers a transaction with all of its objects', async () => {
    await given();

    const answer = await world.transact([createOf('web-1'), createOf('web-2')]);

    expect(objectOf(answer)).toMatchObject([{ metadata: { name: 'web-1' } }, { metadata: { name: 'web-2' } }]);
    expect(world.written).toEqual([['web-1', 'web-2']]);
  });
});

describe('an answer that appends nothing', () => {
  it('waits until what it was decided on is acknowledged', async () => {
    await given();
    world.log.hold();
    const created = watch(world.create(configMap('web-1')));
    await settled();

    const refused = watch(world.create(configMap('web-1')));
    await settled();
    expect(refused.done).toBe(false);
    world.log.release();
    await settled();

    expect(created.current?.reply.status).toBe('ok');
    expect(refusalOf(refused.current).reason).toBe('AlreadyExists');
  });

  it('waits for a look at the log that began after it was asked', async () => {
    await given();
    await world.create(configMap('web-1'));
    world.log.hold();

    const first = watch(world.get('web-1'));
    await settled();
    const second = watch(world.get('web-1'));
    await settled();
    expect([first.done, second.done]).toEqual([false, false]);
    expect(world.log.looks).toBe(1);
    world.log.release();
    await settled();

    expect([first.done, second.done]).toEqual([true, true]);
    expect(world.log.looks).toBe(2);
  });

  it('shares one look with all that wait', async () => {
    await given();

    await Promise.all(['a', 'b', 'c'].map((name) => world.get(name)));

    expect(world.log.looks).toBe(1);
  });

  it('needs no look of its own when an append begins after it was asked', async () => {
    await given();

    const [read] = await Promise.all([world.get('web-1'), world.create(configMap('web-1'))]);

    expect(world.log.looks).toBe(0);
    expect(objectOf(read)).toMatchObject({ metadata: { name: 'web-1' } });
  });

  it('rests on an empty commit where a look could be answered stale', async () => {
    await given({ looksByAppending: true });

    const answer = await world.ask({ verb: 'look' });

    expect(world.log.looks).toBe(0);
    expect(world.written).toEqual([[]]);
    expect(versionOf(answer)).toBe(3 * 1024 + 1023);
  });

  it('stays away once another has written, whatever this one remembers', async () => {
    await given();
    await world.create(configMap('web-1'));
    world.log.write({ epoch: 2, instance: 'two', takeover: true });

    const answers = await Promise.all([
      world.get('web-1'),
      world.create(configMap('web-1')),
      world.ask({ verb: 'look' }),
    ]);

    expect(answers).toEqual([undefined, undefined, undefined]);
    expect(world.deposed).toBe(true);
  });
});

describe('when another has written', () => {
  it('leaves writes unanswered that its successor has to decide', async () => {
    await given();
    world.log.write({ epoch: 2, instance: 'two', takeover: true });

    expect(await world.create(configMap('web-1'))).toBeUndefined();
    expect(world.deposed).toBe(true);
    expect(world.log.commits).toHaveLength(3);
  });

  it('decides again on what is there now, when it is the transactor still', async () => {
    await given();
    world.log.hold();
    const writes = [world.create(configMap('web-1')), world.create(configMap('web-1'))];
    await settled();
    world.log.write({ ...world.leader });
    world.log.release();

    const [created, refused] = await Promise.all(writes);

    expect(versionOf(created)).toBe(4 * 1024);
    expect(refusalOf(refused).reason).toBe('AlreadyExists');
    expect(world.written).toEqual([[], ['web-1']]);
  });
});

describe('a read that waits when another has written', () => {
  it('is answered too when it came while that was taken in', async () => {
    await given();
    await world.create(configMap('web-1'));
    world.log.write({ ...world.leader });
    world.log.hold();
    const first = world.get('web-1');
    await settled();
    world.log.release();

    const [before, meanwhile] = await Promise.all([first, Promise.resolve().then(() => world.get('web-1'))]);

    expect(objectOf(meanwhile)).toEqual(objectOf(before));
  });

  it('looks again, when this is the transactor still', async () => {
    await given();
    await world.create(configMap('web-1'));
    world.log.write({ ...world.leader });

    expect(objectOf(await world.get('web-1'))).toMatchObject({ metadata: { name: 'web-1' } });
  });
});

describe('a command that is sent again', () => {
  it('waits for the first one while that is pending', async () => {
    await given();
    world.log.hold();
    const first = world.create(configMap('web-1'), { id: 'once' });
    await settled();

    const again = world.create(configMap('web-1'), { id: 'once' });
    world.log.release();

    expect(await again).toEqual(await first);
    expect(world.written).toEqual([['web-1']]);
  });

  it('waits for the outcome too when the first asker was told that it is unknown', async () => {
    await given();
    world.log.hold();
    const first = world.create(configMap('web-1'), { id: 'once', deadline: world.clock + 1_000 });
    await settled();
    world.clock += 2_000;
    expect(refusalOf(await first).reason).toBe('Timeout');

    const again = world.create(configMap('web-1'), { id: 'once' });
    world.log.release();

    expect(versionOf(await again)).toBe(3 * 1024);
    expect(world.written).toEqual([['web-1']]);
  });

  it('gets the recorded answer when it has happened', async () => {
    await given();
    const first = await world.create(configMap('web-1', { color: 'red' }), { id: 'once' });
    await world.update(configMap('web-1', { color: 'blue' }));

    const again = await world.create(configMap('web-1', { color: 'red' }), { id: 'once' });

    expect(again).toEqual(first);
    expect(world.written).toEqual([['web-1'], ['web-1']]);
  });

  it('gets all objects of a transaction again', async () => {
    await given();
    const operations = [createOf('web-1'), createOf('web-2')];
    const first = await world.transact(operations, { id: 'once' });

    expect(objectOf(await world.transact(operations, { id: 'once' }))).toEqual(objectOf(first));
    expect(world.written).toEqual([['web-1', 'web-2']]);
  });
});

describe('an Idempotency-Key', () => {
  it('gets the first answer again, also for another command', async () => {
    await given();
    const first = await world.create(configMap('web-1'), { key: 'order-7' });

    expect(await world.create(configMap('web-1'), { key: 'order-7' })).toEqual(first);
    expect(world.written).toEqual([['web-1']]);
  });

  it('waits for the first write while that is pending', async () => {
    await given();
    world.log.hold();
    const first = world.create(configMap('web-1'), { key: 'order-7' });
    await settled();

    const again = world.create(configMap('web-1'), { key: 'order-7' });
    world.log.release();

    expect(await again).toEqual(await first);
    expect(world.written).toEqual([['web-1']]);
  });

  it('is refused with another body', async () => {
    await given();
    await world.create(configMap('web-1'), { key: 'order-7' });

    expect(refusalOf(await world.create(configMap('web-2'), { key: 'order-7' })).reason).toBe('Invalid');
    expect(world.written).toEqual([['web-1']]);
  });

  it('counts for a day', async () => {
    await given();
    await world.create(configMap('web-1'), { key: 'order-7' });
    world.clock += 24 * 60 * 60 * 1000 + 1;

    expect(refusalOf(await world.create(configMap('web-1'), { key: 'order-7' })).reason).toBe('AlreadyExists');
  });
});

describe('a deadline', () => {
  const passes = (): void => {
    world.clock += 20_000;
  };

  it('says that the outcome is unknown once the write was sent, and the write may still happen', async () => {
    await given();
    world.log.hold();
    const answer = world.create(configMap('web-1'));
    await settled();
    passes();

    expect(refusalOf(await answer).reason).toBe('Timeout');
    world.log.release();
    expect(objectOf(await world.get('web-1'))).toMatchObject({ metadata: { name: 'web-1' } });
  });

  it('drops what was never sent, and what was decided on it is decided again', async () => {
    await given();
    world.log.hold();
    const sent = watch(world.create(configMap('first')));
    await settled();
    const dropped = world.create(configMap('web-1'));
    const refused = world.create(configMap('web-1', { color: 'blue' }), { deadline: world.clock + 60_000 });
    await settled();
    passes();

    expect(refusalOf(await dropped).reason).toBe('ServiceUnavailable');
    world.log.release();
    expect(objectOf(await refused)).toMatchObject({ data: { color: 'blue' } });
    expect(sent.done).toBe(true);
    expect(world.written).toEqual([['first'], ['web-1']]);
  });

  it('that has passed already is not decided', async () => {
    await given();

    const answer = await world.create(configMap('web-1'), { deadline: world.clock - 1 });

    expect(refusalOf(answer).reason).toBe('ServiceUnavailable');
    expect(world.written).toEqual([]);
  });

  it('ends the waiting of a read too', async () => {
    await given();
    world.log.hold();
    const answer = world.get('web-1');
    await settled();
    passes();

    expect(refusalOf(await answer).reason).toBe('ServiceUnavailable');
  });
});

describe('a write that cannot be decided, by a fault of ours', () => {
  it('is refused, and others go on', async () => {
    const ids = { uid: () => 'uid', suffix: () => 'abcde' };
    const atOnce = decideAtOnce({ ids });
    const decide = (task: DecisionTask): void => {
      if (task.body.includes('poison')) throw new Error('a bug');
      atOnce.decide(task);
    };
    await given({ decider: { decide } });

    const answers = await Promise.all([world.create(configMap('poison')), world.create(configMap('web-1'))]);

    expect(refusalOf(answers[0])).toMatchObject({ reason: 'InternalError' });
    expect(versionOf(answers[1])).toBe(3 * 1024);
    expect(world.reported).toHaveBeenCalledTimes(1);
  });
});

describe('under too much load', () => {
  it('decides only so much ahead of the log, and the rest in the order of its arrival', async () => {
    await given({ limits: { eventsAhead: 2 } });
    world.log.hold();
    const first = world.create(configMap('first'));
    await settled();
    const others = ['a', 'b', 'c', 'd', 'a'].map((name) => world.create(configMap(name)));
    await settled();
    world.log.release();
    const answers = await Promise.all([first, ...others]);

    expect(world.written).toEqual([['first'], ['a', 'b'], ['c', 'd']]);
    expect(refusalOf(answers[5]).reason).toBe('AlreadyExists');
  });

  it('drops what passes its deadline before its turn', async () => {
    await given({ limits: { eventsAhead: 1 } });
    world.log.hold();
    const patient = { deadline: world.clock + 60_000 };
    const first = world.create(configMap('first'), patient);
    await settled();
    const second = world.create(configMap('second'), patient);
    const late = world.create(configMap('late'), { deadline: world.clock + 1_000 });
    const last = world.create(configMap('last'), patient);
    world.clock += 1_500;

    expect(refusalOf(await late).reason).toBe('ServiceUnavailable');
    world.log.release();
    await Promise.all([first, second, last]);
    expect(world.written).toEqual([['first'], ['second'], ['last']]);
  });

  it('refuses writes at once when others have waited long', async () => {
    await given({ limits: { eventsAhead: 1 } });
    world.log.hold();
    const waiting = ['first', 'second', 'third'].map((name) => world.create(configMap(name)));
    await settled();
    const others = [world.create(configMap('fourth')), world.create(configMap('fifth'))];
    world.clock += 2_500;

    expect(refusalOf(await world.create(configMap('sixth'))).reason).toBe('TooManyRequests');
    world.log.release();
    await Promise.all([...waiting, ...others]);
  });

  it('asks senders to come back later', async () => {
    await given({ limits: { waitingCommands: 2 } });
    world.log.hold();
    const waiting = [world.create(configMap('web-1')), world.create(configMap('web-2'))];

    expect(refusalOf(await world.create(configMap('web-3')))).toMatchObject({
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 1 },
    });
    world.log.release();
    await Promise.all(waiting);
  });
});
