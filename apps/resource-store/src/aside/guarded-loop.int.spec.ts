import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Answer } from '@holdfast/command-client';
import type { Target } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';

import { randomIds } from '../ids.js';
import { decideAtOnce } from '../transactor/decider.js';
import { configMap, target, TransactorWorld, versionOf } from '../transactor/transactor.fixtures.js';
import { AsideThread } from './aside-thread.js';
import { GuardedDecider } from './guarded-decider.js';

jest.setTimeout(120_000);

const PATCH_OPERATIONS = 10_000;

let world: TransactorWorld;
let aside: AsideThread;

beforeEach(async () => {
  aside = new AsideThread();
  world = await TransactorWorld.create({
    decider: new GuardedDecider({ atOnce: decideAtOnce({ ids: randomIds }), aside }),
  });
});
afterEach(async () => {
  world?.close();
  await aside?.close();
});

/** How long `work` keeps this thread from anything else at the longest, in milliseconds. */
const longestStall = async (work: () => Promise<unknown>): Promise<number> => {
  let longest = 0;
  let last = performance.now();
  let going = true;
  const measure = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) setImmediate(measure);
  };
  setImmediate(measure);
  await work();
  going = false;
  return Math.max(longest, performance.now() - last);
};

/** How long the same takes where nothing guards the thread. */
const stallWithoutGuard = async (
  prepare: (of: TransactorWorld) => Promise<unknown>,
  work: (of: TransactorWorld) => Promise<unknown>,
): Promise<number> => {
  const unguarded = await TransactorWorld.create();
  try {
    await prepare(unguarded);
    return await longestStall(() => work(unguarded));
  } finally {
    unguarded.close();
  }
};

/** Writes small objects one after the other until `work` is done, and tells how many there were. */
const quickWritesDuring = async (work: Promise<unknown>): Promise<number> => {
  let writes = 0;
  let going = true;
  const done = work.finally(() => (going = false));
  while (going) {
    versionOf(await world.create(configMap(`quick-${writes}`)));
    writes += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  return writes;
};

describe('while a huge patch is decided', () => {
  const data = Object.fromEntries(Array.from({ length: PATCH_OPERATIONS }, (_, i) => [`key-${i}`, 'before']));
  const operations = Array.from({ length: PATCH_OPERATIONS }, (_, i) => ({
    op: 'replace',
    path: `/data/key-${i}`,
    value: 'after',
  }));
  const create = (of: TransactorWorld): Promise<Answer | undefined> => of.create(configMap('huge', data));
  const patch = (of: TransactorWorld): Promise<Answer | undefined> =>
    of.ask({ verb: 'patch', target: target('huge'), patchType: 'json' }, operations);

  it('other writes go on', async () => {
    const unguarded = await stallWithoutGuard(create, patch);
    await create(world);
    // The thread aside is there, as it is after the first costly write.
    await patch(world);
    await world.update(configMap('huge', data));

    let writes = 0;
    const patched = patch(world);
    const stall = await longestStall(async () => (writes = await quickWritesDuring(patched)));

    expect((await patched)?.reply).toMatchObject({ status: 'ok', outcome: 'changed' });
    expect(writes).toBeGreaterThan(5);
    expect(stall).toBeLessThan(unguarded / 2);
  });
});

describe('while objects of a kind with a slow schema are decided', () => {
  const slowThings: Target = {
    group: 'slow.example.com',
    version: 'v1',
    resource: 'things',
    namespace: 'default',
    name: '',
  };
  const crds: Target = {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    resource: 'customresourcedefinitions',
    namespace: '',
    name: '',
  };
  /** Linear in the text, but with many states at each character, which no cache of states holds. */
  const pattern = '^(a|b)*a(a|b){16}$';
  /** Letters without a pattern of their own, the same for the same name. */
  const letters = (name: string): string => {
    let seed = [...name].reduce((sum, char) => sum + char.charCodeAt(0), 1);
    const next = (): string => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return (seed & 65_536) === 0 ? 'b' : 'a';
    };
    return `${Array.from({ length: 40_000 }, next).join('')}a${'b'.repeat(16)}`;
  };
  const declare = (of: TransactorWorld): Promise<Answer | undefined> =>
    of.ask(
      { verb: 'create', target: crds },
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'things.slow.example.com' },
        spec: {
          group: 'slow.example.com',
          scope: 'Namespaced',
          names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  properties: { spec: { type: 'object', properties: { text: { type: 'string', pattern } } } },
                },
              },
            },
          ],
        },
      },
    );
  const thing = (name: string): JsonObject => ({
    apiVersion: 'slow.example.com/v1',
    kind: 'Thing',
    metadata: { name },
    spec: { text: letters(name) },
  });
  const createThing = (of: TransactorWorld, name: string): Promise<Answer | undefined> =>
    of.ask({ verb: 'create', target: slowThings }, thing(name));

  it('other writes go on, once the kind is known to be slow', async () => {
    const unguarded = await stallWithoutGuard(
      async (of) => {
        await declare(of);
        await createThing(of, 'first');
      },
      (of) => Promise.all(['a', 'b', 'c'].map((name) => createThing(of, name))),
    );
    await declare(world);
    for (let i = 0; i < 10; i++) await createThing(world, `thing-${i}`);

    let writes = 0;
    const created = Promise.all(['a', 'b', 'c'].map((name) => createThing(world, name)));
    const stall = await longestStall(async () => (writes = await quickWritesDuring(created)));

    expect((await created).map((answer) => answer?.reply.status)).toEqual(['ok', 'ok', 'ok']);
    expect(writes).toBeGreaterThan(5);
    expect(stall).toBeLessThan(unguarded / 2);
  });
});
