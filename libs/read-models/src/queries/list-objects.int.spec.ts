import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { boundaryOf } from '@holdfast/contracts';
import type { Commit, ObjectKey } from '@holdfast/contracts';
import { matchesSelector } from '@holdfast/resource';
import type { Selector } from '@holdfast/resource';
import { startPostgres } from '@holdfast/testing';
import type { TestDatabase } from '@holdfast/testing';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { openPool } from '../pool.js';
import { Projector } from '../projection/projector.js';
import { ReadModels } from '../read-models.js';
import { migrate } from '../schema/migrate.js';
import { LOG, rack, withVersion, WrittenLog } from '../written-log.fixtures.js';
import type { Change, ReplayedState } from '../written-log.fixtures.js';
import type { ListPage, ListQuery, ObjectList } from './list-objects.js';
import { LiveReader } from './read-live.js';
import { selectObjects } from './select-objects.js';
import type { Age, ObjectsQuery } from './select-objects.js';

const racks = { group: 'inventory.holdfast.dev', resource: 'racks' };

const pagesOf = async (list: ObjectList): Promise<ListPage[]> => {
  const pages: ListPage[] = [];
  for await (const page of list.pages) pages.push(page);
  return pages;
};
const objectsOf = async (list: ObjectList): Promise<unknown[]> =>
  (await pagesOf(list)).flatMap(({ objects }) => objects.map(({ object }) => JSON.parse(object) as unknown));

describe('a list', () => {
  let database: TestDatabase;
  let pool: Pool;
  let log: WrittenLog;
  let projector: Projector;
  let models: ReadModels;

  beforeEach(async () => {
    database = await startPostgres();
    await migrate(database.url);
    pool = openPool({ url: database.url, name: 'spec' });
    models = new ReadModels(pool);
    log = new WrittenLog();
    projector = await Projector.openLive(pool, LOG);
  });

  afterEach(async () => {
    await pool?.end();
    await database?.close();
  });

  const project = async (...commits: Commit[]): Promise<void> => {
    await projector.apply(commits as [Commit, ...Commit[]]);
  };
  const create = (...keys: ObjectKey[]): Promise<void> =>
    project(log.commit(...keys.map((key): Change => ({ key, state: {} }))));
  const namesOf = async (query: Partial<ListQuery>): Promise<string[]> =>
    (await pagesOf(await models.list({ ...racks, ...query }))).flatMap(({ objects }) =>
      objects.map(({ name }) => name),
    );

  const foundAs = async (age: Age, query: ObjectsQuery): Promise<unknown[]> => {
    const { rows } = await new LiveReader(pool).read<{ object: string }>((schema, sql) =>
      selectObjects(schema, sql, { query, age, limit: 1_000 }),
    );
    return rows.map(({ object }) => JSON.parse(object) as unknown);
  };

  it('of nothing is empty, and still says which version it is', async () => {
    await project(log.commit());

    const list = await models.list(racks);

    expect(list).toMatchObject({ at: 2047, checkpoint: { log: LOG, sequence: 1, boundary: 2047 } });
    expect(await pagesOf(list)).toEqual([{ objects: [], more: false }]);
  });

  it('is in byte order of namespace, then name', async () => {
    await create(rack('b'), rack('a-b'), rack('a'), rack('a.b'), rack('z', 'alpha'), rack('a', 'beta'));

    const pages = await pagesOf(await models.list(racks));

    expect(pages[0]?.objects.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
      'alpha/z',
      'beta/a',
      'default/a',
      'default/a-b',
      'default/a.b',
      'default/b',
    ]);
  });

  it('goes on behind where a limited one ended', async () => {
    await create(rack('a'), rack('b'), rack('c', 'later'));

    const [first] = await pagesOf(await models.list({ ...racks, limit: 2 }));
    expect(first).toMatchObject({ objects: [{ name: 'a' }, { name: 'b' }], more: true });

    const after = { namespace: 'default', name: 'b' };
    const [second] = await pagesOf(await models.list({ ...racks, limit: 2, after }));
    expect(second).toMatchObject({ objects: [{ name: 'c' }], more: false });
    expect(await models.count({ ...racks, after })).toBe(1);
  });

  it('of many pages stays as it was while objects are made, changed and removed under it', async () => {
    const names = Array.from({ length: 700 }, (_, i) => `rack-${String(i).padStart(4, '0')}`);
    await create(...names.map((name) => rack(name)));
    const before = log.listAt(boundaryOf(1)).map(withVersion);

    const list = await models.list(racks);
    await project(
      log.commit(
        { key: rack('rack-0650'), state: { spec: { changed: true } } },
        { key: rack('rack-0651'), state: undefined },
        { key: rack('rack-0650x'), state: {} },
        { key: rack('rack-0699'), state: undefined },
      ),
    );

    expect(await objectsOf(list)).toEqual(before);
    expect(await objectsOf(await models.list({ ...racks, at: list.at }))).toEqual(before);
    expect(await objectsOf(await models.list(racks))).toEqual(log.listAt(boundaryOf(2)).map(withVersion));
  });

  it('of many pages is read to its end when another generation becomes the live one', async () => {
    await create(...Array.from({ length: 300 }, (_, i) => rack(`rack-${i}`)));
    const list = await models.list(racks);
    await pool.query(`
      ALTER SCHEMA holdfast_g1 RENAME TO holdfast_g2;
      UPDATE holdfast.generations SET number = 2`);

    expect(await objectsOf(list)).toHaveLength(300);
  });

  it('asks a selectable field, and a missing one counts as empty', async () => {
    await project(
      log.commit(
        { key: rack('large'), state: { fields: { 'spec.size': 'large' } } },
        { key: rack('small'), state: { fields: { 'spec.size': 'small' } } },
        { key: rack('plain'), state: {} },
      ),
    );
    const size = 'spec.size';

    expect(await namesOf({ fields: [{ key: size, operator: 'In', values: ['large'] }] })).toEqual(['large']);
    expect(await namesOf({ fields: [{ key: size, operator: 'NotIn', values: ['large'] }] })).toEqual([
      'plain',
      'small',
    ]);
    expect(await namesOf({ fields: [{ key: size, operator: 'In', values: [''] }] })).toEqual(['plain']);
  });

  it('compares labels that are integers only', async () => {
    const labelled = (name: string, tier: string): Change => ({ key: rack(name), state: { labels: { tier } } });
    await project(log.commit(labelled('two', '2'), labelled('ten', '10'), labelled('word', 'high')));

    expect(await namesOf({ labels: [{ key: 'tier', operator: 'GreaterThan', values: ['2'] }] })).toEqual(['ten']);
    expect(await namesOf({ labels: [{ key: 'tier', operator: 'LessThan', values: ['10'] }] })).toEqual(['two']);
  });

  it('takes no SQL from a selector', async () => {
    await create(rack('a'));
    const hostile = `x') OR true; DROP TABLE versions; --`;

    expect(await namesOf({ labels: [{ key: hostile, operator: 'In', values: [hostile, '"', '\\'] }] })).toEqual([]);
    expect(await namesOf({ fields: [{ key: hostile, operator: 'In', values: [hostile] }] })).toEqual([]);
    expect(await namesOf({})).toEqual(['a']);
  });

  it('at any version, with any selectors, is what replaying the log up to there gives', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.array(questions, { minLength: 4, maxLength: 4 }), async (batches, asked) => {
        // Each history has names of its own, so that one database serves all of them.
        const namespace = `run-${log.end}`;
        for (const batch of batches) {
          await project(
            ...batch.map((changes) => log.commit(...changes.map((change) => inNamespace(log, change, namespace)))),
          );
        }
        for (const { at, ...selectors } of asked) {
          const version = 1 + Math.floor(at * (log.last.boundary + 1_024));
          const query = { ...racks, namespace, ...selectors, at: version };
          const expected = log
            .listAt(version)
            .filter((state) => state.key.namespace === namespace && selects(selectors, state));
          expect(await objectsOf(await models.list(query))).toEqual(expected.map(withVersion));
          expect(await models.count(query)).toBe(expected.length);
          // A short history never makes a version old, so the other way to find its rows is asked by name.
          expect(await foundAs('old', query)).toEqual(expected.map(withVersion));
          expect(await foundAs('old', { ...query, after: { namespace, name: 'one' } })).toEqual(
            expected.filter(({ key }) => key.name > 'one').map(withVersion),
          );
        }
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});

const selects = (selector: Selector, { key, content }: ReplayedState): boolean =>
  matchesSelector(selector, {
    labels: content.labels ?? {},
    fields: { ...content.fields, 'metadata.name': key.name, 'metadata.namespace': key.namespace },
  });

/** Removing what does not exist is no event; such a change makes the object instead. */
const inNamespace = (log: WrittenLog, { key, state }: Change, namespace: string): Change => {
  const there = { ...key, namespace };
  return { key: there, state: state ?? (log.exists(there) ? undefined : {}) };
};

const value = fc.constantFrom('a', 'b', '7', '');
const content = fc.record(
  {
    labels: fc.dictionary(fc.constantFrom('app', 'tier'), value),
    fields: fc.dictionary(fc.constantFrom('spec.size', 'spec.color'), value),
    spec: fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter(isStorable),
      fc.string({ unit: 'grapheme' }).filter(isStorable),
    ),
  },
  { requiredKeys: [] },
);
const change: fc.Arbitrary<Change> = fc.record({
  key: fc.constantFrom('one', 'two', 'three', 'four').map((name) => rack(name)),
  state: fc.option(content, { nil: undefined, freq: 3 }),
});
const histories = fc.array(fc.array(fc.array(change, { maxLength: 4 }), { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 6,
});
const labelRequirement = fc.record({
  key: fc.constantFrom('app', 'tier', 'none'),
  operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist', 'GreaterThan', 'LessThan'),
  values: fc.uniqueArray(fc.constantFrom('7', '8'), { minLength: 1 }),
} as const);
const fieldRequirement = fc.record({
  key: fc.constantFrom('spec.size', 'spec.color', 'metadata.name'),
  operator: fc.constantFrom('In', 'NotIn'),
  values: fc.uniqueArray(fc.constantFrom('a', '', 'one', 'two'), { minLength: 1 }),
} as const);
const questions = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  labels: fc.array(labelRequirement, { maxLength: 2 }),
  fields: fc.array(fieldRequirement, { maxLength: 1 }),
});

function isStorable(text: string): boolean {
  return !text.includes('\0') && text !== '__proto__';
}
