import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { boundaryOf, versionAt } from '@holdfast/contracts';
import { eventually, startOwnPostgres } from '@holdfast/testing';
import type { TestPostgres } from '@holdfast/testing';
import type { EventStream } from '../watch/gateway.fixtures.js';
import type { TestEvent } from '../watch/watch.fixtures.js';
import { startReadWorld } from './read-world.fixtures.js';
import type { ReadWorld } from './read-world.fixtures.js';

interface List {
  readonly kind: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly { readonly metadata: { readonly name: string; readonly resourceVersion: string } }[];
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const PARTIAL = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

describe('lists and watches over HTTP, on a real log and real read models', () => {
  let postgres: TestPostgres;
  let world: ReadWorld;
  let end: number;
  let databases = 0;

  const append = async (...events: readonly TestEvent[]): Promise<void> => {
    end = await world.append(...events);
  };
  const ask = (query = '', accept = 'application/json', namespace = ''): Promise<Response> =>
    world.ask(`${namespace === '' ? '' : `/namespaces/${namespace}`}/widgets?${query}`, { headers: { accept } });
  const list = async (query = '', namespace = ''): Promise<List> => {
    const response = await ask(query, undefined, namespace);
    expect(response.status).toBe(200);
    return (await response.json()) as List;
  };
  const status = async (query: string): Promise<unknown> => (await ask(query)).json();
  const watch = (query: string, headers: Record<string, string> = {}): Promise<EventStream> =>
    world.watch(query, headers);
  const namesIn = ({ items }: List): string[] => items.map(({ metadata }) => metadata.name);

  beforeAll(async () => {
    postgres = await startOwnPostgres();
  });

  afterAll(async () => {
    await postgres?.close();
  });

  beforeEach(async () => {
    end = 0;
    world = await startReadWorld(await postgres.createDatabase(`lists_${++databases}`));
  });

  afterEach(async () => {
    await world?.close();
  });

  it('hold what was written just before, and carry the version of their snapshot', async () => {
    for (let i = 0; i < 30; i++) {
      await append({ name: `w-${i}` });
      const { metadata, items } = await list();
      expect(items).toHaveLength(i + 1);
      expect(Number(metadata.resourceVersion)).toBe(boundaryOf(i + 1));
    }
  });

  it('go on in pages that stay as they were while writes go on', async () => {
    await append(...Array.from({ length: 25 }, (_, i) => ({ name: `w-${String(i).padStart(2, '0')}` })));
    const first = await list('limit=10');
    expect(first.metadata).toMatchObject({ resourceVersion: '2047', remainingItemCount: 15 });
    await append({ name: 'w-05x' }, { name: 'w-15', type: 'deleted', previous: versionAt(1, 15) });
    const second = await list(`limit=10&continue=${first.metadata.continue}`);
    const third = await list(`limit=10&continue=${second.metadata.continue}`);
    expect([second, third].map(({ metadata }) => metadata.resourceVersion)).toEqual(['2047', '2047']);
    expect(third.metadata.continue).toBeUndefined();
    expect([first, second, third].flatMap(namesIn)).toEqual(
      Array.from({ length: 25 }, (_, i) => `w-${String(i).padStart(2, '0')}`),
    );
    expect(namesIn(await list())).toHaveLength(25);
  });

  it('show a transaction all or not at all', async () => {
    const seen = new Set<number>();
    let writing = true;
    const reading = (async () => {
      while (writing) seen.add((await list()).items.length);
    })();
    for (let i = 0; i < 10; i++) await append(...Array.from({ length: 100 }, (_, j) => ({ name: `w-${i}-${j}` })));
    writing = false;
    await reading;
    expect([...seen].every((count) => count % 100 === 0)).toBe(true);
  });

  it('select by label, by field and by namespace', async () => {
    await append(
      { name: 'a', labels: { app: 'web' }, fields: { 'spec.color': 'red' } },
      { name: 'b', labels: { app: 'db' } },
      { name: 'c', namespace: 'other', labels: { app: 'web' } },
    );
    expect(namesIn(await list('labelSelector=app%3Dweb'))).toEqual(['a', 'c']);
    expect(namesIn(await list('labelSelector=app+notin+(web)'))).toEqual(['b']);
    expect(namesIn(await list('fieldSelector=spec.color%3Dred'))).toEqual(['a']);
    expect(namesIn(await list('fieldSelector=metadata.name!%3Da'))).toEqual(['b', 'c']);
    expect(namesIn(await list('', 'other'))).toEqual(['c']);
  });

  it('show the past: at a version, inside a transaction at its end, and at a moment', async () => {
    await append({ name: 'a' }, { name: 'b' });
    await append({ name: 'a', type: 'deleted', previous: versionAt(1, 0) });
    const then = (await world.log.read(1))?.timestamp ?? 0;
    expect(namesIn(await list(`resourceVersion=${versionAt(1, 0)}&resourceVersionMatch=Exact`))).toEqual(['a', 'b']);
    expect(namesIn(await list(`resourceVersion=${boundaryOf(2)}&resourceVersionMatch=Exact`))).toEqual(['b']);
    expect(namesIn(await list(`at=${new Date(then - 60_000).toISOString()}`))).toEqual([]);
    expect(namesIn(await list(`at=${new Date(Date.now() + 1_000).toISOString()}`))).toEqual(['b']);
  });

  it('refuse versions that were never given out, and tokens that are none', async () => {
    await append({ name: 'a' });
    const future = versionAt(9, 0);
    expect(await status(`resourceVersion=${future}&resourceVersionMatch=Exact`)).toMatchObject({
      code: 410,
      reason: 'Expired',
    });
    expect(await status(`resourceVersion=${future}`)).toMatchObject({
      code: 504,
      reason: 'Timeout',
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
    });
    expect(await status('continue=nonsense')).toMatchObject({ code: 400, reason: 'BadRequest' });
    expect(await status('labelSelector=a%3D%3D%3Db')).toMatchObject({ code: 400 });
    expect(await status('fieldSelector=spec.size%3D1')).toMatchObject({
      code: 400,
      message: 'field label not supported: spec.size',
    });
  });

  it('come as Tables and as metadata alone', async () => {
    await append({ name: 'a', spec: { size: 3 } });
    expect(await (await ask('', TABLE)).json()).toMatchObject({
      kind: 'Table',
      metadata: { resourceVersion: '2047' },
      columnDefinitions: [{ name: 'Name' }, { name: 'Size' }],
      rows: [{ cells: ['a', 3], object: { kind: 'PartialObjectMetadata', metadata: { name: 'a' } } }],
    });
    expect(await (await ask('', PARTIAL)).json()).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'a', resourceVersion: '1024' } }],
    });
  });

  it('stream 10,000 objects, the first bytes long before the last', async () => {
    for (let i = 0; i < 10; i++) {
      await append(
        ...Array.from({ length: 1000 }, (_, j) => ({ name: `w-${i}-${j}`, spec: { note: 'x'.repeat(700) } })),
      );
    }
    await list('limit=1');
    const started = performance.now();
    const response = await ask();
    const firstByte = performance.now() - started;
    const { items } = (await response.json()) as List;
    expect(items).toHaveLength(10_000);
    expect(firstByte).toBeLessThan((performance.now() - started) / 2);
  });

  it('are refused within seconds while PostgreSQL is away, and come back', async () => {
    await append({ name: 'a' });
    await list();
    const open = await watch(`resourceVersion=${boundaryOf(1)}`);
    await postgres.kill9();
    await append({ name: 'b' });
    const started = performance.now();
    const response = await ask();
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toMatchObject({
      code: 503,
      reason: 'ServiceUnavailable',
      details: { retryAfterSeconds: 1 },
    });
    await eventually(() => open.events.length === 1);

    await postgres.restart();
    await eventually(async () => (await ask()).status === 200, { withinMs: 20_000 });
    expect(namesIn(await list())).toEqual(['a', 'b']);
  }, 60_000);

  it('watches begin with what is there, say when that is all, and go on from there', async () => {
    await append({ name: 'a', labels: { app: 'web' } }, { name: 'b' }, { name: 'c', labels: { app: 'web' } });
    const initial = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const stream = await watch(`${initial}&labelSelector=app%3Dweb`);
    const legacy = await watch('resourceVersion=0');
    const newest = await watch('');
    await eventually(() => stream.events.length === 3 && legacy.events.length === 3 && newest.events.length === 3);
    await append({ name: 'd', labels: { app: 'web' } }, { name: 'e' });
    await eventually(() => stream.events.length === 4 && legacy.events.length === 5 && newest.events.length === 5);

    expect(stream.events.map(({ type }) => type)).toEqual(['ADDED', 'ADDED', 'BOOKMARK', 'ADDED']);
    expect(stream.versions).toEqual([versionAt(1, 0), versionAt(1, 2), boundaryOf(1), versionAt(2, 0)]);
    expect(stream.events[2]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    expect(legacy.versions).toEqual([
      versionAt(1, 0),
      versionAt(1, 1),
      versionAt(1, 2),
      versionAt(2, 0),
      versionAt(2, 1),
    ]);
    expect(newest.versions).toEqual(legacy.versions);
  });

  it('watches that begin with what is there miss and repeat nothing while writes go on', async () => {
    let writing = true;
    const writes = (async () => {
      for (let i = 0; writing; i++) await append({ name: `w-${i}` }, { name: `v-${i}` });
    })();
    const opened: EventStream[] = [];
    for (let i = 0; i < 20; i++) {
      opened.push(await watch('sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'));
    }
    writing = false;
    await writes;
    for (const stream of opened) {
      await eventually(() => stream.versions.filter((_, i) => stream.events[i]?.type !== 'BOOKMARK').length >= 2 * end);
      const told = stream.events
        .filter(({ type }) => type === 'ADDED')
        .map(({ object }) => object.metadata.resourceVersion);
      expect(new Set(told).size).toBe(told.length);
      expect(told).toHaveLength(2 * end);
    }
  });

  it('Table watches define their columns once', async () => {
    await append({ name: 'a', spec: { size: 1 } });
    const stream = await watch('resourceVersion=0', { accept: TABLE });
    await append({ name: 'b', spec: { size: 2 } });
    await eventually(() => stream.events.length === 2);
    expect(stream.events).toMatchObject([
      {
        type: 'ADDED',
        object: { columnDefinitions: [{ name: 'Name' }, { name: 'Size' }], rows: [{ cells: ['a', 1] }] },
      },
      { type: 'ADDED', object: { columnDefinitions: null, rows: [{ cells: ['b', 2] }] } },
    ]);
  });

  it('watches go on while PostgreSQL is away, also new ones that know their version', async () => {
    await append({ name: 'a' });
    await list();
    await postgres.kill9();
    const stream = await watch(`resourceVersion=${boundaryOf(1)}`);
    await append({ name: 'b' });
    await eventually(() => stream.events.length === 1);
    expect(await status('watch=true')).toMatchObject({ code: 503 });
    await postgres.restart();
  });
});
