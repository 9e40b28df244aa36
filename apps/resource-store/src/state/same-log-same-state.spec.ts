import { describe, expect, it } from '@jest/globals';
import type { Answer } from '@holdfast/command-client';
import type { TransactionOperation } from '@holdfast/contracts';
import fc from 'fast-check';

import { configMap, settled, target, TransactorWorld } from '../transactor/transactor.fixtures.js';
import { StoreState } from './store-state.js';

const NAMES = ['a', 'b', 'c'];
const COLORS = ['red', 'blue'];

type Step =
  | { readonly kind: 'create' | 'update'; readonly name: string; readonly color: string; readonly id?: string }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'transact'; readonly names: readonly string[]; readonly color: string }
  | { readonly kind: 'hold' | 'release' | 'turn' };

const name = fc.constantFrom(...NAMES);
const color = fc.constantFrom(...COLORS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), name, color }),
  fc.record({ kind: fc.constant('create' as const), name, color, id: fc.constantFrom('once', 'again') }),
  fc.record({ kind: fc.constant('update' as const), name, color }),
  fc.record({ kind: fc.constant('delete' as const), name }),
  fc.record({
    kind: fc.constant('transact' as const),
    names: fc.uniqueArray(name, { minLength: 1 }),
    color,
  }),
  fc.record({ kind: fc.constantFrom('hold' as const, 'release' as const, 'turn' as const) }),
);

const operation = (of: string, withColor: string): TransactionOperation => ({
  verb: 'update',
  target: target(of),
  body: configMap(of, { color: withColor }),
});

/** Takes one step; what was asked joins `asked`. */
const take = async (world: TransactorWorld, taken: Step, asked: Promise<Answer | undefined>[]): Promise<void> => {
  switch (taken.kind) {
    case 'create':
      asked.push(
        world.create(configMap(taken.name, { color: taken.color }), taken.id === undefined ? {} : { id: taken.id }),
      );
      return;
    case 'update':
      asked.push(world.update(configMap(taken.name, { color: taken.color })));
      return;
    case 'delete':
      asked.push(world.ask({ verb: 'delete', target: target(taken.name) }));
      return;
    case 'transact':
      asked.push(world.transact(taken.names.map((of) => operation(of, taken.color))));
      return;
    case 'hold':
      world.log.hold();
      return;
    case 'release':
      world.log.release();
      return;
    case 'turn':
      await settled();
  }
};

const contents = (state: StoreState): unknown => ({
  position: state.position,
  objects: [...state.table.all()].map(({ text, version, bytes }) => [text, version, bytes.toString()]).sort(),
  commands: [...state.commands.all()].map(({ id, version }) => `${id} ${version}`).sort(),
});

describe('whatever is asked, in whatever order', () => {
  it('the state in memory is the one that the log gives, and every version that was told stands in the log', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = await TransactorWorld.create();
        const asked: Promise<Answer | undefined>[] = [];
        try {
          for (const taken of steps) await take(world, taken, asked);
          world.log.release();
          const answers = await Promise.all(asked);

          const rebuilt = new StoreState();
          for (const commit of world.log.commits) rebuilt.apply(commit);
          expect(contents(rebuilt)).toEqual(contents(world.state));
          const written = world.log.commits.flatMap(({ events }) => events.map(({ version }) => version));
          const told = answers.flatMap((answer) =>
            answer?.reply.status === 'ok' && answer.reply.version > 0 ? [answer.reply.version] : [],
          );
          expect(told.filter((version) => !written.includes(version))).toEqual([]);
        } finally {
          world.close();
        }
      }),
      { numRuns: 150 },
    );
  });
});
