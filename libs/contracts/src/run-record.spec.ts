import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { controllerActor, controllerOfActor, parseRunRecord } from './run-record.js';
import type { RunRecord } from './run-record.js';

const read = (path: string): Buffer => readFileSync(new URL(path, import.meta.url));

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(
  JSON.parse(read('../../../docs/runs/run-record.v1.schema.json').toString()) as Record<string, unknown>,
);

const least: RunRecord = {
  schema: 1,
  id: 'run-1',
  controller: 'rack',
  object: { group: '', resource: 'namespaces', namespace: '', name: 'default' },
  reason: 'Resync',
  attempt: 0,
  traceparent: '',
  startedAt: '2026-01-01T10:00:00.000Z',
  waitedMs: 0,
  durationMs: 0,
  outcome: { kind: 'done' },
  writes: [],
};

describe('the record of a run', () => {
  const golden = read('./golden/run-record-v1.json');

  it('reads as it was written years ago', () => {
    expect(parseRunRecord(golden)).toEqual(JSON.parse(golden.toString()));
  });

  it.each([
    ['with everything', JSON.parse(golden.toString()) as RunRecord],
    ['with what each has', least],
  ])('%s is what the published schema describes', (_what, record) => {
    expect(validate(record) ? [] : validate.errors).toEqual([]);
  });

  it.each([
    ['no outcome', { ...least, outcome: undefined }],
    ['a reason that is none', { ...least, reason: 'Whim' }],
    ['a version that is a number', { ...least, writes: [1024] }],
  ])('with %s is not', (_what, record) => {
    expect(validate(JSON.parse(JSON.stringify(record)))).toBe(false);
  });

  it.each(['', 'null', '{"schema":2}', '[]', 'nonsense'])('is not read from %j', (text) => {
    expect(parseRunRecord(Buffer.from(text))).toBeUndefined();
  });
});

describe('the actor of a controller', () => {
  it('leads back to the controller, and is nobody else', () => {
    expect(controllerOfActor(controllerActor('rack'))).toBe('rack');
    expect(controllerOfActor('admin')).toBeUndefined();
  });
});
