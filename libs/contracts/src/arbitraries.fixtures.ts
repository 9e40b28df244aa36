/** Random parts of commits; fast-check prints the seed of a failure. */
import fc from 'fast-check';

import { encodeObject } from './encode-object.js';
import type { CommitHeader, NewEvent } from './commit.js';
import type { CommandRecord, EventRecord, EventType, SelectorValues } from './event.js';

const EVENT_TYPES: readonly EventType[] = [
  'deleted',
  'deletionRequested',
  'created',
  'specChanged',
  'statusChanged',
  'metadataChanged',
];

/** Text as admission lets it in: any but lone surrogates and U+0000. */
export const text = (minLength = 0): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary', minLength, maxLength: 12 }).map((value) => value.replaceAll('\0', '0'));

const of = (characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });

const name = of('abcxyz0189-.', 1, 12).map((value) => `n${value}1`);
const sha256 = of('0123456789abcdef', 64, 64);
const strings = fc.dictionary(name, text(), { maxKeys: 3 });
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

/** Members that are undefined are left out, as in what is read. */
const compact = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const was: fc.Arbitrary<Partial<SelectorValues>> = fc
  .record({ labels: optional(strings), fields: optional(strings) })
  .map((value) => compact(value) as Partial<SelectorValues>);

const record: fc.Arbitrary<EventRecord> = fc
  .record({
    type: fc.constantFrom(...EVENT_TYPES),
    group: fc.oneof(fc.constant(''), name),
    resource: name,
    namespace: fc.oneof(fc.constant(''), name),
    name,
    uid: fc.uuid(),
    kind: fc.constantFrom('Rack', 'ConfigMap'),
    apiVersion: fc.constantFrom('v1', 'v1beta1'),
    changed: fc.array(
      text().map((part) => `/${part}`),
      { maxLength: 64 },
    ),
    previous: optional(fc.integer({ min: 1, max: 2 ** 50 })),
    was: optional(was),
    fields: optional(strings),
  })
  .map((value) => compact(value) as EventRecord);

/** The members of an object besides those that every object has. */
const rest = fc.dictionary(name, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });

const newEvent: fc.Arbitrary<NewEvent> = fc
  .record({ record, labels: strings, rest })
  .map(({ record: eventRecord, labels, rest: members }) => ({
    record: eventRecord,
    object: encodeObject({
      ...(compact(members) as Record<string, string>),
      apiVersion: eventRecord.apiVersion,
      kind: eventRecord.kind,
      metadata: { name: eventRecord.name, labels },
    }),
  }));

const command: fc.Arbitrary<Omit<CommandRecord, 'events'>> = fc
  .record({
    id: fc.uuid(),
    actor: text(1),
    requestID: fc.uuid(),
    correlationID: fc.uuid(),
    causationID: optional(fc.uuid()),
    traceparent: optional(fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')),
    fieldManager: optional(text(1)),
    fence: optional(fc.record({ lock: text(1), epoch: fc.nat() })),
    idempotency: optional(fc.record({ key: sha256, body: sha256 })),
  })
  .map((value) => compact(value) as Omit<CommandRecord, 'events'>);

interface NewCommit {
  readonly header: CommitHeader;
  readonly events: readonly NewEvent[];
}

const header: fc.Arbitrary<Omit<CommitHeader, 'commands'>> = fc
  .record({
    schema: fc.constant(1 as const),
    id: fc.uuid(),
    epoch: fc.integer({ min: 1, max: 1_000_000 }),
    instance: name,
    time: fc
      .date({ min: new Date('2026-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    base: optional(fc.integer({ min: 1, max: 2 ** 40 })),
  })
  .map((value) => compact(value) as Omit<CommitHeader, 'commands'>);

/** A commit of some commands with some events each. */
export const newCommit: fc.Arbitrary<NewCommit> = fc
  .record({
    header,
    parts: fc.array(fc.record({ command, events: fc.array(newEvent, { maxLength: 3 }) }), { maxLength: 4 }),
  })
  .map(({ header: head, parts }) => ({
    header: { ...head, commands: parts.map((part) => ({ ...part.command, events: part.events.length })) },
    events: parts.flatMap((part) => part.events),
  }));
