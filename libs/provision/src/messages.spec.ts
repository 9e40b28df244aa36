import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { provisionSchemas } from './json-schemas.js';
import * as fixtures from './provision.fixtures.js';
import {
  MessageFormatError,
  readBegin,
  readBeginAnswer,
  readJob,
  readOutput,
  readReport,
  readReportAnswer,
} from './read-message.js';

const published = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../../docs/provision/${name}.schema.json`, import.meta.url), 'utf8')) as object;
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const { job, begin, beginAnswer, report, reportAnswer, output } = fixtures;
const KINDS: readonly [string, unknown, (data: Uint8Array) => unknown][] = [
  ['job', job, readJob],
  ['begin', begin, readBegin],
  ['begin-answer', beginAnswer, readBeginAnswer],
  ['report', report, readReport],
  ['report-answer', reportAnswer, readReportAnswer],
  ['output', output, readOutput],
];

describe('a message of the protocol', () => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  addFormats.default(ajv);

  it.each(KINDS)('%s is read as it was sent', (_, message, read) => {
    expect(read(bytes(message))).toEqual(message);
  });

  it.each(KINDS)('%s is what its published schema describes, and nothing is not', (name, message, read) => {
    const validate = ajv.compile(published(name));
    expect(validate(message) ? [] : validate.errors).toEqual([]);
    expect(validate({})).toBe(false);
    expect(() => read(bytes({}))).toThrow(MessageFormatError);
  });

  it.each([...provisionSchemas()])('the published schema of %s is the one that is checked', (name, schema) => {
    expect(published(name)).toEqual(schema);
  });

  it.each<[string, () => unknown, string]>([
    ['no JSON', () => readJob(Buffer.from('{')), 'not readable as JSON'],
    ['no build', () => readJob(bytes({ ...job, build: 0 })), 'build: '],
    ['a transition that is none', () => readJob(bytes({ ...job, transition: 'pause' })), 'transition: '],
    ['a status that is none', () => readReport(bytes({ ...report, status: 'done' })), 'status: '],
    ['a failure without a reason', () => readReport(bytes({ ...report, reason: undefined })), 'reason: '],
    ['a reason that is a sentence', () => readReport(bytes({ ...report, reason: 'it failed' })), 'reason: '],
    [
      'an endpoint that is no URL',
      () => readReport(bytes({ ...report, endpoints: [{ name: 'web', url: 'port 80' }] })),
      'endpoints.0.url: ',
    ],
    [
      'an endpoint whose name is none',
      () => readReport(bytes({ ...report, endpoints: [{ name: 'Web UI', url: 'http://127.0.0.1/' }] })),
      'endpoints.0.name: ',
    ],
  ])('with %s is refused, and says where', (_, read, where) => {
    expect(read).toThrow(where);
  });

  it('may have members that nobody knows yet', () => {
    expect(readJob(bytes({ ...job, priority: 7 }))).toEqual(job);
  });
});
