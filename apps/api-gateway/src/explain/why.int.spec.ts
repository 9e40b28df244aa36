import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { boundaryOf } from '@holdfast/contracts';
import { startOwnPostgres } from '@holdfast/testing';
import type { TestPostgres } from '@holdfast/testing';
import { startReadWorld } from '../lists/read-world.fixtures.js';
import type { ReadWorld } from '../lists/read-world.fixtures.js';

const A = '/namespaces/default/widgets/a';

describe('an explanation, over HTTP', () => {
  let postgres: TestPostgres;
  let world: ReadWorld;

  const why = async (query = ''): Promise<unknown> => (await world.ask(`${A}/why${query}`)).json();

  beforeEach(async () => {
    postgres = await startOwnPostgres();
    world = await startReadWorld(postgres.databaseUrl);
    await world.append({ name: 'a' });
    await world.append({ name: 'a', type: 'deleted', previous: 1024 });
  });
  afterEach(async () => {
    await world?.close();
    await postgres?.close();
  });

  it('is there where nothing was ever recorded of runs, and of what is gone', async () => {
    expect(await why()).toMatchObject({
      apiVersion: 'holdfast.dev/v1',
      kind: 'Explanation',
      metadata: { resourceVersion: String(boundaryOf(2)) },
      object: { apiVersion: 'fab.dev/v1', kind: 'Widget', namespace: 'default', name: 'a', uid: 'uid-of-a' },
      changes: [
        { resourceVersion: '2048', type: 'dev.holdfast.resource.deleted', actor: 'tester' },
        { resourceVersion: '1024', type: 'dev.holdfast.resource.created', actor: 'tester' },
      ],
      runs: [],
    });
  });

  it('holds no more changes than asked', async () => {
    expect(await why('?limit=1')).toMatchObject({ changes: [{ resourceVersion: '2048' }] });
    expect(await why('?limit=much')).toMatchObject({ kind: 'Status', code: 400 });
  });

  it('is not found for what never was', async () => {
    const answer = await world.ask('/namespaces/default/widgets/b/why');
    expect(await answer.json()).toMatchObject({ code: 404, message: 'widgets.fab.dev "b" not found' });
  });

  it('is refused while PostgreSQL is away', async () => {
    await postgres.kill9();
    expect(await why()).toMatchObject({ kind: 'Status', code: 503 });
  });
});
