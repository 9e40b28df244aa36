import { describe, expect, it } from '@jest/globals';
import { boundaryOf } from '@holdfast/contracts';
import type { ReadModels } from '@holdfast/read-models';
import { requestFor } from '../watch/gateway.fixtures.js';
import { ReadModelsReader } from './read-models-reader.js';

const END = boundaryOf(5);

/** Rows whose checkpoint is what each next question finds. */
const readerOf = (checkpoints: readonly number[], problem?: Error) => {
  let asked = 0;
  const checkpoint = () => ({
    log: undefined,
    sequence: 0,
    boundary: checkpoints[Math.min(asked++, checkpoints.length - 1)],
  });
  const models = {
    checkpoint: async () => checkpoint(),
    list: async () => {
      if (problem !== undefined) throw problem;
      return { at: END, checkpoint: checkpoint(), pages: [] };
    },
    objectAt: async () => undefined,
  } as unknown as ReadModels;
  const failures: unknown[] = [];
  const reader = new ReadModelsReader({
    models,
    confirmedEnd: async () => END,
    projected: async () => true,
    onFailure: (error) => failures.push(error),
  });
  return { reader, asked: () => asked, failures };
};

const racks = { group: 'fab.dev', resource: 'racks' };
const request = (limitMs: number) => ({ ...requestFor('list'), deadline: Date.now() + limitMs });

describe('a reader of the read models', () => {
  it('asks again when the rows have fallen behind what was announced', async () => {
    const { reader, asked } = readerOf([boundaryOf(3), boundaryOf(4), END]);
    expect(await reader.list(racks, { is: 'newest' }, request(5_000))).toMatchObject({ at: END });
    expect(asked()).toBe(3);
  });

  it('gives up at the deadline', async () => {
    const { reader } = readerOf([boundaryOf(3)]);
    await expect(reader.list(racks, { is: 'newest' }, request(100))).rejects.toMatchObject({
      refusal: { reason: 'Timeout' },
    });
    const key = { ...racks, namespace: '', name: 'a' };
    await expect(reader.objectAt(key, { is: 'exact', version: END }, request(100))).rejects.toMatchObject({
      refusal: { reason: 'Timeout' },
    });
  });

  it('says that PostgreSQL is away, and notes why', async () => {
    const problem = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const { reader, failures } = readerOf([END], problem);
    await expect(reader.list(racks, { is: 'any' }, request(100))).rejects.toMatchObject({
      refusal: { reason: 'ServiceUnavailable', details: { retryAfterSeconds: 1 } },
    });
    expect(failures).toEqual([problem]);
  });

  it('does not hide a mistake of its own', async () => {
    const { reader } = readerOf([END], new TypeError('x is not a function'));
    await expect(reader.list(racks, { is: 'any' }, request(100))).rejects.toThrow('x is not a function');
  });
});
