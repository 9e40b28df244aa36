import { migrate, openPool, ReadModels } from '@holdfast/read-models';
import { startPostgres } from '@holdfast/testing';
import { expect, it } from '@jest/globals';
import type { RequestContext } from '../http/resolved-request.js';
import { ReadModelsReader } from './read-models-reader.js';

const context = (): RequestContext => ({
  user: { name: 'alice', uid: '1', groups: [] },
  requestID: 'r',
  correlationID: 'c',
  traceparent: '',
  fieldManager: 'spec',
  deadline: Date.now() + 60_000,
  body: Buffer.alloc(0),
  contentType: '',
  idempotencyKey: undefined,
});

it('a list waits for read models that are still being made, unless whatever is at hand would do', async () => {
  const database = await startPostgres();
  const pool = openPool({ url: database.url, name: 'spec' });
  try {
    const reader = new ReadModelsReader({
      models: new ReadModels(pool),
      confirmedEnd: async () => 0,
      projected: () => new Promise(() => undefined),
      onFailure: () => undefined,
    });
    const racks = { group: 'inventory.holdfast.dev', resource: 'racks' };
    await expect(reader.list(racks, { is: 'any' }, context())).rejects.toMatchObject({
      refusal: { reason: 'ServiceUnavailable', message: expect.stringContaining('are being made') as unknown },
    });
    const waiting = reader.list(racks, { is: 'newest' }, context());
    await migrate(database.url);
    expect((await waiting).checkpoint.boundary).toBeGreaterThanOrEqual(0);
  } finally {
    await pool.end();
    await database.close();
  }
}, 120_000);
