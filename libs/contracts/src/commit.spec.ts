import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { newCommit } from './arbitraries.fixtures.js';
import { CommitFormatError, decodeCommit, encodeCommit, spliceVersion } from './commit.js';
import type { CommitHeader, NewEvent } from './commit.js';
import { UnknownSchemaError } from './upcast.js';

const header: CommitHeader = {
  schema: 1,
  id: 'commit-1',
  epoch: 3,
  instance: 'store-1',
  time: '2026-01-01T10:00:00.000Z',
  commands: [{ id: 'command-1', events: 1, actor: 'admin', requestID: 'r', correlationID: 'c' }],
};
const event: NewEvent = {
  record: {
    type: 'created',
    group: '',
    resource: 'configmaps',
    namespace: 'default',
    name: 'web-1',
    uid: 'u-1',
    kind: 'ConfigMap',
    apiVersion: 'v1',
    changed: [''],
  },
  object: Buffer.from('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"web-1"}}'),
};
const lines = (...texts: string[]): Buffer => Buffer.from(texts.join('\n'));
const record = JSON.stringify(event.record);

describe('a commit', () => {
  it('reads back as it was written, its events numbered from its place in the log', () => {
    fc.assert(
      fc.property(newCommit, fc.integer({ min: 1, max: 2 ** 33 }), (commit, sequence) => {
        const read = decodeCommit(encodeCommit(commit.header, commit.events), sequence, 1_767_261_600_000);
        const base = commit.header.base ?? 0;
        const owners = commit.header.commands.flatMap((command) => Array<typeof command>(command.events).fill(command));

        expect(read).toEqual({
          header: commit.header,
          sequence,
          timestamp: 1_767_261_600_000,
          boundary: base + sequence * 1024 + 1023,
          events: commit.events.map((written, i) => ({
            ...written,
            version: base + sequence * 1024 + i,
            command: owners[i],
          })),
        });
      }),
    );
  });

  it('with which an instance takes over has no events', () => {
    const takeover = { ...header, takeover: true, commands: [] } as const;

    const read = decodeCommit(encodeCommit(takeover, []), 7, 0);

    expect(read).toEqual({ header: takeover, sequence: 7, timestamp: 0, boundary: 7 * 1024 + 1023, events: [] });
  });

  it('is not written with more or fewer events than its commands announce', () => {
    expect(() => encodeCommit(header, [])).toThrow(new RangeError('1 events announced, 0 given'));
    expect(() => encodeCommit(header, [event, event])).toThrow(RangeError);
  });

  it.each([
    ['with a line break', '{"apiVersion":"v1","kind":"ConfigMap",\n"metadata":{"name":"web-1"}}'],
    ['that begins otherwise', '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"web-1"}}'],
    ['without metadata', '{"apiVersion":"v1","kind":"ConfigMap"}'],
    ['that is empty', ''],
  ])('is not written with an object %s', (_, text) => {
    expect(() => encodeCommit(header, [{ ...event, object: Buffer.from(text) }])).toThrow(
      new RangeError('the object of web-1 is not in the stored form'),
    );
  });
});

describe('what is no commit of ours', () => {
  it.each([
    ['nothing', lines('')],
    ['text', lines('hello')],
    ['null', lines('null')],
    ['a foreign object', lines('{"hello":"world"}')],
    ['a header without commands', lines('{"schema":1,"id":"x"}')],
    ['a header with foreign commands', lines('{"schema":1,"id":"x","commands":[1]}')],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x80])],
    ['a commit without its events', lines(JSON.stringify(header))],
    ['a commit without an object', lines(JSON.stringify(header), record)],
    ['a commit with one line too many', lines(JSON.stringify(header), record, event.object.toString(), '')],
    ['a commit with an empty object', lines(JSON.stringify(header), record, '')],
    ['a commit with a torn record', lines(JSON.stringify(header), record.slice(0, -5), event.object.toString())],
  ])('is told with its sequence: %s', (_, data) => {
    expect(() => decodeCommit(data, 42, 0)).toThrow(CommitFormatError);
    expect(() => decodeCommit(data, 42, 0)).toThrow(/^commit at sequence 42 of the log cannot be read: /);
  });

  it('is a commit that was cut anywhere', () => {
    const whole = encodeCommit(header, [event]);
    for (let length = 0; length < whole.length; length++) {
      // Cut between the closing braces of the object it looks whole, and its JSON is not: NATS guards bytes by checksums.
      if (whole.subarray(0, length).toString().endsWith('"}')) continue;
      expect(() => decodeCommit(whole.subarray(0, length), 1, 0)).toThrow(CommitFormatError);
    }
  });

  it('is a commit of a schema that this build does not know: it says to upgrade', () => {
    const newer = lines(JSON.stringify({ ...header, schema: 2 }), record, event.object.toString());
    expect(() => decodeCommit(newer, 42, 0)).toThrow(/schema version 2 is not known here; .* upgrade it$/);
    try {
      decodeCommit(newer, 42, 0);
    } catch (error) {
      expect((error as Error).cause).toEqual(new UnknownSchemaError(2));
    }
  });
});

describe('a commit that was stored by an older build', () => {
  it('of schema 1 reads as it did then', () => {
    const data = readFileSync(new URL('golden/commit-v1.ndjson', import.meta.url));
    const expected = JSON.parse(readFileSync(new URL('golden/commit-v1.json', import.meta.url), 'utf8')) as unknown;

    const commit = decodeCommit(data, 1000, 1_767_261_600_123);
    const readable = { ...commit, events: commit.events.map((read) => ({ ...read, object: read.object.toString() })) };

    expect(readable).toEqual(expected);
  });
});

describe('the version of an object', () => {
  it.each([
    [
      'comes first in metadata',
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"web-1"},"data":{}}',
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"resourceVersion":"7","name":"web-1"},"data":{}}',
    ],
    [
      'is alone in empty metadata',
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}',
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"resourceVersion":"7"}}',
    ],
    [
      "is not put into a template's metadata",
      '{"apiVersion":"v1","kind":"X","metadata":{"name":"a"},"spec":{"template":{"metadata":{"name":"b"}}}}',
      '{"apiVersion":"v1","kind":"X","metadata":{"resourceVersion":"7","name":"a"},"spec":{"template":{"metadata":{"name":"b"}}}}',
    ],
    [
      'leaves characters of several bytes as they are',
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"web-1"},"data":{"ö":"日本"}}',
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"resourceVersion":"7","name":"web-1"},"data":{"ö":"日本"}}',
    ],
  ])('%s', (_, stored, read) => {
    expect(spliceVersion(Buffer.from(stored), 7).toString()).toBe(read);
  });
});
