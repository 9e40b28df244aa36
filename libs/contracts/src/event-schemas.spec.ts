import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';

import { newCommit } from './arbitraries.fixtures.js';
import { encodeCloudEvent, EVENT_DATA_SCHEMA } from './cloud-event.js';
import { decodeCommit, encodeCommit } from './commit.js';

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
addFormats.default(ajv);

const published = (name: string): ValidateFunction => {
  const file = new URL(`../../../docs/events/${name}.schema.json`, import.meta.url);
  return ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
};
const errorsOf = (validate: ValidateFunction, value: unknown): unknown => (validate(value) ? [] : validate.errors);

describe('the published schema of commits', () => {
  published('commit.v1');
  const part = (name: string): ValidateFunction =>
    ajv.compile({ $ref: `https://holdfast.dev/schemas/commit/v1#/$defs/${name}` });
  const [header, record, object] = [part('header'), part('record'), part('object')];

  it('describes every line that is written', () => {
    fc.assert(
      fc.property(newCommit, (commit) => {
        const [first, ...rest] = encodeCommit(commit.header, commit.events).toString().split('\n');
        expect(errorsOf(header, JSON.parse(first ?? ''))).toEqual([]);
        rest.forEach((line, i) => expect(errorsOf(i % 2 === 0 ? record : object, JSON.parse(line))).toEqual([]));
      }),
    );
  });

  it('describes the commit of a take-over', () => {
    const takeover = {
      schema: 1,
      id: 'c',
      epoch: 2,
      instance: 'store-1',
      time: '2026-01-01T10:00:00.000Z',
      takeover: true,
      commands: [],
    };
    expect(errorsOf(header, takeover)).toEqual([]);
  });

  it('refuses an object that carries its version', () => {
    const stored = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web-1', resourceVersion: '7' } };
    expect(object(stored)).toBe(false);
  });
});

describe('the published schema of events', () => {
  const validate = published('resource-event.v1');

  it('describes every event that is published', () => {
    fc.assert(
      fc.property(newCommit, fc.integer({ min: 1, max: 2 ** 33 }), (written, sequence) => {
        const commit = decodeCommit(encodeCommit(written.header, written.events), sequence, 0);
        for (const event of commit.events) {
          expect(errorsOf(validate, JSON.parse(encodeCloudEvent(event, commit).toString()))).toEqual([]);
        }
      }),
    );
  });

  it('is the one that events name', () => {
    expect((validate.schema as { $id: string }).$id).toBe(EVENT_DATA_SCHEMA);
  });

  it('refuses an event without its actor', () => {
    expect(validate({ specversion: '1.0', id: '1' })).toBe(false);
  });
});
