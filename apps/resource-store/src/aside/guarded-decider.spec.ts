import { afterEach, describe, expect, it } from '@jest/globals';
import type { Answer } from '@holdfast/command-client';
import type { JsonObject } from '@holdfast/kernel';

import { decideAtOnce } from '../transactor/decider.js';
import {
  configMap,
  objectOf,
  refusalOf,
  settled,
  target,
  TransactorWorld,
  versionOf,
  watch,
} from '../transactor/transactor.fixtures.js';
import { AsideHere } from './aside-here.fixtures.js';
import { GuardedDecider } from './guarded-decider.js';
import { SlowKinds } from './slow-kinds.js';

const LARGE = 'x'.repeat(70_000);
const large = (name: string, more: Record<string, string> = {}): JsonObject =>
  configMap(name, { text: LARGE, ...more });

let world: TransactorWorld;
let aside: AsideHere;

const given = async (): Promise<void> => {
  let uids = 0;
  const ids = { uid: () => `uid-${++uids}`, suffix: () => 'abcde' };
  aside = new AsideHere();
  world = await TransactorWorld.create({ decider: new GuardedDecider({ atOnce: decideAtOnce({ ids }), aside }) });
};

afterEach(() => world?.close());

/** A large object that is there already. */
const largeObject = async (name: string): Promise<void> => {
  const created = world.create(large(name));
  aside.release();
  await created;
};

const creation = (name: string, size: number) => ({
  verb: 'create' as const,
  target: target(''),
  body: configMap(name, { text: 'x'.repeat(size) }),
});

const patch = (name: string, body: JsonObject): Promise<Answer | undefined> =>
  world.ask({ verb: 'patch', target: target(name), patchType: 'merge' }, body);

describe('a costly write', () => {
  it('is decided aside, and others go before it', async () => {
    await given();

    const costly = watch(world.create(large('large')));
    const quick = await world.create(configMap('quick'));
    expect(costly.done).toBe(false);
    aside.release();
    await settled();

    expect(versionOf(quick)).toBe(3 * 1024);
    expect(costly.current?.reply).toMatchObject({ status: 'ok', outcome: 'created', version: 4 * 1024 });
    expect(objectOf(await world.get('large'))).toMatchObject({ data: { text: LARGE } });
  });

  it('is costly too when a small patch changes a large object', async () => {
    await given();
    await largeObject('large');

    const patched = patch('large', { data: { color: 'blue' } });
    aside.release();

    expect(objectOf(await patched)).toMatchObject({ data: { text: LARGE, color: 'blue' } });
    expect(aside.decisions).toBe(2);
  });

  it('counts only on the newest state: when that has moved on, it is decided again', async () => {
    await given();
    await largeObject('large');

    const slow = patch('large', { data: { slow: 'yes' } });
    const fast = world.ask({ verb: 'delete', target: target('large') });
    aside.releaseLast();
    aside.release();
    aside.release();

    expect((await fast)?.reply).toMatchObject({ outcome: 'deleted' });
    expect(refusalOf(await slow).reason).toBe('NotFound');
    expect(aside.decisions).toBe(4);
  });

  it('does not starve on an object that others change all the time', async () => {
    await given();
    await largeObject('busy');
    const slow = patch('busy', { data: { slow: 'yes' } });

    // Each of these is decided aside as well, and comes back before the slow one.
    for (let i = 0; i < 3; i++) {
      const other = patch('busy', { data: { other: String(i) } });
      aside.releaseLast();
      await other;
      aside.release();
    }

    expect(objectOf(await slow)).toMatchObject({ data: { slow: 'yes', other: '2' } });
  });

  it('is refused for a kind whose newest definition is another one', async () => {
    await given();
    const slow = world.create({ ...large('large'), kind: 'Other' });
    aside.release();

    expect(refusalOf(await slow).reason).toBe('BadRequest');
  });

  it('may be a transaction, whose objects and namespaces are asked for together', async () => {
    await given();
    const operations = ['a', 'b', 'c'].map((name) => creation(name, 70_000));

    const transaction = world.transact(operations);
    aside.release();

    expect(objectOf(await transaction)).toMatchObject(['a', 'b', 'c'].map((name) => ({ metadata: { name } })));
    expect(world.written).toEqual([['a', 'b', 'c']]);
  });
});

describe('a transaction', () => {
  it('of many small objects is decided at once', async () => {
    await given();
    const names = Array.from({ length: 100 }, (_, i) => `web-${i}`);

    const transaction = await world.transact(names.map((name) => creation(name, 1_000)));

    expect(objectOf(transaction)).toHaveLength(100);
    expect(aside.decisions).toBe(0);
  });

  it('of that size is decided aside when it holds a patch', async () => {
    await given();
    const creations = Array.from({ length: 100 }, (_, i) => creation(`web-${i}`, 1_000));
    const patched = { verb: 'patch' as const, target: target('web-1'), patchType: 'merge' as const, body: {} };

    const transaction = world.transact([...creations, patched]);
    aside.release();
    await transaction;

    expect(aside.decisions).toBe(1);
  });
});

describe('a kind that is slow to decide', () => {
  it('is one of which none of the last decisions was quick', () => {
    const kinds = new SlowKinds();
    for (let i = 0; i < 8; i++) kinds.took('racks@1024', 20, 0);
    for (let i = 0; i < 8; i++) kinds.took('nodes@1024', i === 6 ? 0.1 : 20, 0);

    expect([kinds.isSlow('racks@1024', 0), kinds.isSlow('nodes@1024', 0)]).toEqual([true, false]);
  });

  it('gets another chance after a while', () => {
    const kinds = new SlowKinds();
    for (let i = 0; i < 8; i++) kinds.took('racks@1024', 20, 0);

    expect([kinds.isSlow('racks@1024', 59_999), kinds.isSlow('racks@1024', 60_000)]).toEqual([true, false]);
  });
});
