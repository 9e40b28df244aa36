import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { boundaryOf, NO_BODY, versionAt } from '@holdfast/contracts';
import type { Command } from '@holdfast/contracts';
import { startPostgres } from '@holdfast/testing';
import type { TestDatabase } from '@holdfast/testing';
import { startReadWorld } from '../lists/read-world.fixtures.js';
import type { ReadWorld } from '../lists/read-world.fixtures.js';

interface History {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly { readonly resourceVersion: string; readonly type: string }[];
}

const A = '/namespaces/default/widgets/a';

describe('the past of an object, over HTTP', () => {
  let database: TestDatabase;
  let world: ReadWorld;
  let sent: { command: Command; body: Buffer }[];

  const get = async (path: string): Promise<unknown> => (await world.ask(path)).json();
  const post = async (path: string, body: unknown): Promise<unknown> =>
    (await world.ask(path, { method: 'POST', body: JSON.stringify(body) })).json();

  beforeEach(async () => {
    sent = [];
    database = await startPostgres();
    world = await startReadWorld(database.url, {
      send: async (command, body) => {
        sent.push({ command, body });
        return { reply: { status: 'ok', version: 1, outcome: 'changed' }, body: Buffer.from('{"metadata":{}}') };
      },
    });
    await world.append({ name: 'a', spec: { size: 1 } });
    await world.append({ name: 'a', type: 'specChanged', previous: versionAt(1, 0), spec: { size: 2 } });
    await world.append({ name: 'a', type: 'deleted', previous: versionAt(2, 0), spec: { size: 2 } });
  });

  afterEach(async () => {
    await world?.close();
    await database?.close();
  });

  it('is told newest first, with who and why and what it changed', async () => {
    expect(await get(`${A}/history`)).toEqual({
      apiVersion: 'holdfast.dev/v1',
      kind: 'History',
      metadata: { resourceVersion: String(boundaryOf(3)) },
      items: [
        expect.objectContaining({ resourceVersion: '3072', type: 'dev.holdfast.resource.deleted', patch: [] }),
        {
          resourceVersion: '2048',
          time: expect.any(String) as unknown,
          type: 'dev.holdfast.resource.specChanged',
          actor: 'tester',
          requestID: 'commit-2',
          correlationID: 'commit-2',
          changed: [''],
          patch: [{ op: 'replace', path: '/spec/size', value: 2 }],
        },
        expect.objectContaining({
          resourceVersion: '1024',
          patch: [
            {
              op: 'add',
              path: '',
              value: {
                apiVersion: 'fab.dev/v1',
                kind: 'Widget',
                metadata: { name: 'a', namespace: 'default' },
                spec: { size: 1 },
              },
            },
          ],
        }),
      ],
    });
  });

  it('is told in pages', async () => {
    const first = (await get(`${A}/history?limit=2`)) as History;
    const second = (await get(`${A}/history?limit=2&continue=${first.metadata.continue}`)) as History;
    expect([...first.items, ...second.items].map(({ resourceVersion }) => resourceVersion)).toEqual([
      '3072',
      '2048',
      '1024',
    ]);
    expect(second.metadata.continue).toBeUndefined();
    expect(await get(`${A}/history?continue=nonsense`)).toMatchObject({ code: 400 });
  });

  it('is not found for what never was', async () => {
    expect(await get('/namespaces/default/widgets/b/history')).toMatchObject({
      code: 404,
      message: 'widgets.fab.dev "b" not found',
      details: { name: 'b', group: 'fab.dev', kind: 'widgets' },
    });
  });

  it('can be read at a version and at a moment', async () => {
    const exactly = (version: number): Promise<unknown> =>
      get(`${A}?resourceVersion=${version}&resourceVersionMatch=Exact`);
    expect(await exactly(versionAt(1, 0))).toMatchObject({ metadata: { resourceVersion: '1024' }, spec: { size: 1 } });
    expect(await exactly(boundaryOf(2))).toMatchObject({ metadata: { resourceVersion: '2048' }, spec: { size: 2 } });
    expect(await exactly(boundaryOf(3))).toMatchObject({ code: 404 });
    expect(await exactly(versionAt(4, 0))).toMatchObject({ code: 410 });
    const second = await world.log.read(2);
    expect(await get(`${A}?at=${new Date(second?.timestamp ?? 0).toISOString()}`)).toMatchObject({ kind: 'Widget' });
    expect(await get(`${A}?at=2001-01-01T00:00:00Z`)).toMatchObject({ code: 404 });
  });

  it('can come back: a rollback sends what the object was', async () => {
    await post(`${A}/rollback`, { toResourceVersion: '1024' });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.command.request).toMatchObject({
      verb: 'rollback',
      toVersion: 1024,
      target: { group: 'fab.dev', version: 'v1', resource: 'widgets', namespace: 'default', name: 'a' },
    });
    expect(JSON.parse((sent[0]?.body ?? NO_BODY).toString())).toMatchObject({ spec: { size: 1 } });
  });

  it.each([
    ['a version that is none', { toResourceVersion: '007' }, 400],
    ['a version that is no text', { toResourceVersion: 1024 }, 400],
    ['no version', {}, 400],
    ['a version at which it was gone', { toResourceVersion: '3072' }, 404],
    ['a version that was never given out', { toResourceVersion: '9999999' }, 410],
  ])('cannot come back from %s', async (_situation, body, code) => {
    expect(await post(`${A}/rollback`, body)).toMatchObject({ kind: 'Status', code });
    expect(sent).toEqual([]);
  });

  it('ends for a whole collection: each object is deleted as it was listed', async () => {
    await world.append({ name: 'b', labels: { app: 'web' } }, { name: 'c' });
    const response = await world.ask('/namespaces/default/widgets?labelSelector=app%3Dweb', { method: 'DELETE' });
    expect(await response.json()).toMatchObject({ kind: 'WidgetList', items: [{ metadata: { name: 'b' } }] });
    expect(sent.map(({ command }) => command.request)).toMatchObject([{ verb: 'delete', target: { name: 'b' } }]);
  });
});
