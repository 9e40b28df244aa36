/** What holds of every decision, whatever is written in whatever order. */
import { describe, expect, it } from '@jest/globals';
import { keyText } from '@holdfast/contracts';
import { jsonEquals } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import fc from 'fast-check';
import {
  create,
  decideOn,
  jsonPatch,
  mergePatch,
  rack,
  remove,
  rollback,
  transactOn,
  update,
  world,
  written,
} from './decide.fixtures.js';
import type { When, World } from './decide.fixtures.js';
import { metadataOf } from './metadata.js';

const names = fc.constantFrom('web-1', 'web-2');
const colors = fc.constantFrom('red', 'blue', 'green');
const finalizers = fc.subarray(['holdfast.dev/a', 'holdfast.dev/b']);

const writes: fc.Arbitrary<When> = fc.oneof(
  fc
    .tuple(names, colors, finalizers)
    .map(([name, color, held]) => create(written(rack(name, { metadata: { finalizers: held }, spec: { color } })))),
  fc.tuple(names, colors).map(([name, color]) => mergePatch(name, { spec: { color } })),
  fc
    .tuple(names, fc.boolean())
    .map(([name, ready]) => mergePatch(name, { status: { ready } }, { subresource: 'status' })),
  fc.tuple(names, finalizers).map(([name, held]) => mergePatch(name, { metadata: { finalizers: held } })),
  fc.tuple(names, colors).map(([name, app]) => mergePatch(name, { metadata: { labels: { app } } })),
  fc.tuple(names, colors).map(([name, color]) => update(name, { ...written(rack(name)), spec: { color } })),
  fc.tuple(names, colors).map(([name, color]) => jsonPatch(name, [{ op: 'test', path: '/spec/color', value: color }])),
  fc.tuple(names, colors).map(([name, color]) => rollback(name, rack(name, { spec: { color, size: 3 } }))),
  fc
    .tuple(names, fc.constantFrom('Background', 'Foreground', 'Orphan', undefined))
    .map(([name, propagationPolicy]) => remove(name, {}, propagationPolicy === undefined ? {} : { propagationPolicy })),
);
const histories = fc.array(writes, { maxLength: 12 });

const run = (
  state: World,
  history: readonly When[],
  look: (before: JsonObject | undefined, step: Step) => void,
): void => {
  history.forEach((when, i) => {
    const before = objectOf(state, when);
    const decision = decideOn(state, when);
    if (decision.kind === 'accepted') for (const event of decision.events) state.apply(event, 2048 + i);
    look(before, { decision, after: objectOf(state, when) });
  });
};

interface Step {
  readonly decision: ReturnType<typeof decideOn>;
  readonly after: JsonObject | undefined;
}

const objectOf = (state: World, { write, body }: When): JsonObject | undefined => {
  const name = write.target.name === '' ? (metadataOf(body as JsonObject).name ?? '') : write.target.name;
  return state.get({ group: write.target.group, resource: 'racks', namespace: 'default', name })?.object;
};

const all = (state: World): unknown => [...state.objects].map(([key, { object }]) => [key, object]);

describe('of every write', () => {
  it('an accepted one changes its object, any other leaves it as it was', () => {
    fc.assert(
      fc.property(histories, (history) => {
        run(world(rack('web-1')), history, (before, { decision, after }) => {
          expect(jsonEquals(before, after)).toBe(decision.kind !== 'accepted');
        });
      }),
    );
  });

  it('the generation only grows, and grows with every change of the spec', () => {
    fc.assert(
      fc.property(histories, (history) => {
        run(world(rack('web-1')), history, (before, { after }) => {
          if (before === undefined || after === undefined) return;
          const [old, young] = [metadataOf(before), metadataOf(after)];
          const steps = (young.generation ?? 0) - (old.generation ?? 0);
          const changed =
            !jsonEquals(before['spec'], after['spec']) || old.deletionTimestamp !== young.deletionTimestamp;
          expect(steps).toBe(changed ? 1 : 0);
        });
      }),
    );
  });

  it('the identity of an object never changes', () => {
    fc.assert(
      fc.property(histories, (history) => {
        run(world(rack('web-1')), history, (before, { after }) => {
          if (before === undefined || after === undefined) return;
          const { name, namespace, uid, creationTimestamp } = metadataOf(before);
          expect(metadataOf(after)).toMatchObject({ name, namespace, uid, creationTimestamp });
        });
      }),
    );
  });

  it('what is deleted stays deleted until its finalizers are gone, and then goes', () => {
    fc.assert(
      fc.property(histories, (history) => {
        run(world(rack('web-1')), history, (before, { decision, after }) => {
          if (before === undefined || metadataOf(before).deletionTimestamp === undefined) return;
          if (after === undefined) expect(decision).toMatchObject({ outcome: 'deleted' });
          else {
            expect(metadataOf(after).deletionTimestamp).toBe(metadataOf(before).deletionTimestamp);
            expect(metadataOf(after).finalizers).not.toBeUndefined();
          }
        });
      }),
    );
  });

  it('the bytes are the object, and the event names its previous version', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const state = world(rack('web-1'));
        for (const [i, when] of history.entries()) {
          const decision = decideOn(state, when);
          if (decision.kind !== 'accepted') continue;
          for (const { bytes, object, record, key } of decision.events) {
            expect(JSON.parse(bytes.toString())).toEqual(object);
            expect(record.previous).toBe(state.get(key)?.version);
          }
          for (const event of decision.events) state.apply(event, 2048 + i);
        }
      }),
    );
  });

  it('a repeat is refused or changes nothing, but for a create with a new name', () => {
    fc.assert(
      fc.property(histories, writes, (history, when) => {
        const state = world(rack('web-1'));
        run(state, [...history, when], () => undefined);
        const again = decideOn(state, when);
        if (when.write.verb === 'create') expect(again.kind).toBe('refused');
        // A second DELETE may let go what only the first one's policy held.
        else if (when.write.verb !== 'delete') expect(again.kind).not.toBe('accepted');
      }),
    );
  });
});

describe('a transaction', () => {
  it('comes to the same as its operations one after the other, when all of them are accepted', () => {
    fc.assert(
      fc.property(histories, histories, (past, operations) => {
        const [together, apart] = [world(rack('web-1')), world(rack('web-1'))];
        run(together, past, () => undefined);
        run(apart, past, () => undefined);
        // The operations find no versions of each other, so only those count that name none.
        let refused = operations.length === 0;
        run(apart, operations, (_before, { decision }) => {
          refused ||= decision.kind === 'refused';
        });
        const decision = refused ? undefined : transactOn(together, operations);
        if (decision === undefined) return;
        if (decision.kind !== 'accepted') throw new Error(decision.refusal.message);
        for (const event of decision.events) together.apply(event, 4096);
        expect(withoutChance(all(together))).toEqual(withoutChance(all(apart)));
      }),
    );
  });

  it('has one event for an object, unless another one took its name', () => {
    fc.assert(
      fc.property(histories, (operations) => {
        const decision = transactOn(world(rack('web-1')), operations);
        if (decision.kind !== 'accepted') return;
        const lives = decision.events.map(({ key, record }) => `${keyText(key)} ${record.uid}`);
        expect(new Set(lives).size).toBe(lives.length);
      }),
    );
  });

  it('that is refused has no events', () => {
    fc.assert(
      fc.property(histories, (operations) => {
        const decision = transactOn(world(rack('web-1')), operations);
        expect('events' in decision).toBe(decision.kind === 'accepted');
      }),
    );
  });
});

/** New uids differ between the two ways, and an object that ends as it began keeps its generation in a transaction. */
const withoutChance = (objects: unknown): unknown =>
  JSON.parse(
    JSON.stringify(objects, (key, value: unknown) => (key === 'uid' || key === 'generation' ? undefined : value)),
  );
