import { describe, expect, it } from '@jest/globals';
import type { Commit, LogEvent } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { KindDefinition } from '@holdfast/resource';

import { KindRegistry } from './kind-registry.js';

const kind = (group: string, plural: string, revision: number): KindDefinition => ({
  group,
  plural,
  singular: plural.slice(0, -1),
  kind: plural,
  listKind: `${plural}List`,
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [],
  verbs: [],
  builtIn: revision === 0,
  revision,
});

const readKind = (crd: JsonObject, revision: number): KindDefinition =>
  kind(
    stringAt(objectAt(crd, 'spec'), 'group') ?? '',
    stringAt(objectAt(objectAt(crd, 'spec'), 'names'), 'plural') ?? '',
    revision,
  );

const crd = (plural: string, resourceVersion?: string): JsonObject => ({
  metadata: { name: `${plural}.shop.dev`, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  spec: { group: 'shop.dev', names: { plural } },
});

const event = (version: number, type: LogEvent['record']['type'], object: JsonObject): LogEvent =>
  ({
    version,
    record: {
      type,
      group: 'apiextensions.k8s.io',
      resource: 'customresourcedefinitions',
      name: stringAt(objectAt(object, 'metadata'), 'name'),
    },
    object: Buffer.from(JSON.stringify(object)),
  }) as LogEvent;

const commit = (sequence: number, ...events: LogEvent[]): Commit =>
  ({ sequence, boundary: sequence * 1024 + 1023, events }) as unknown as Commit;

const registry = (): KindRegistry => new KindRegistry({ builtIn: [kind('', 'configmaps', 0)], readKind });

describe('a registry of kinds', () => {
  it('knows the built-in kinds before it is loaded, and says that it is not', () => {
    const kinds = registry();

    expect(kinds.find('', 'configmaps')?.plural).toBe('configmaps');
    expect(kinds.loaded).toBe(false);
  });

  it('takes the revision of a kind from its definition', () => {
    const kinds = registry();

    kinds.load([crd('pizzas', '2048')], 4095);

    expect(kinds.find('shop.dev', 'pizzas')?.revision).toBe(2048);
    expect(kinds.version).toBe(4095);
  });

  it('follows definitions that come, change and go', () => {
    const kinds = registry();
    kinds.load([], 1023);

    kinds.apply(commit(1, event(1024, 'created', crd('pizzas'))));
    expect(kinds.find('shop.dev', 'pizzas')?.revision).toBe(1024);
    kinds.apply(commit(2, event(2049, 'specChanged', crd('pizzas'))));
    expect(kinds.find('shop.dev', 'pizzas')?.revision).toBe(2049);
    kinds.apply(commit(3, event(3072, 'deleted', crd('pizzas'))));
    expect(kinds.find('shop.dev', 'pizzas')).toBeUndefined();
  });

  it('moves its generation only when a kind changed', () => {
    const kinds = registry();
    kinds.load([], 1023);
    const before = kinds.generation;

    kinds.apply(commit(1));
    expect(kinds.generation).toBe(before);
    kinds.apply(commit(2, event(2048, 'created', crd('pizzas'))));
    expect(kinds.generation).toBeGreaterThan(before);
  });

  it('skips what an answer already contained, so that following may begin before loading', () => {
    const kinds = registry();
    kinds.load([crd('pizzas', '3072')], 4095);

    kinds.apply(commit(2, event(2048, 'deleted', crd('pizzas'))));

    expect(kinds.find('shop.dev', 'pizzas')?.revision).toBe(3072);
  });

  it('does not lose what came while the first answer was on its way', () => {
    const kinds = registry();
    kinds.apply(commit(1));
    kinds.apply(commit(2, event(2048, 'created', crd('pizzas'))));
    kinds.apply(commit(3));
    kinds.apply(commit(4));

    kinds.load([], 2047);

    expect(kinds.find('shop.dev', 'pizzas')?.revision).toBe(2048);
    expect(kinds.version).toBe(4 * 1024 + 1023);
  });

  it('ignores an answer that is older than what it knows', () => {
    const kinds = registry();
    kinds.load([], 1023);
    kinds.apply(commit(1, event(1024, 'created', crd('pizzas'))));

    kinds.load([], 1023);

    expect(kinds.find('shop.dev', 'pizzas')).toBeDefined();
  });

  it('tells who waits for a version when it is known, and when it takes too long', async () => {
    const kinds = registry();
    kinds.load([], 1023);

    const waiting = kinds.reaches(2047, 5_000);
    kinds.apply(commit(1));

    await expect(waiting).resolves.toBe(true);
    await expect(kinds.reaches(3000, 1)).resolves.toBe(false);
  });
});
