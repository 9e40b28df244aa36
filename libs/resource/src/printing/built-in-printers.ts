/** Columns of the kinds that are built in, as kubectl shows them. */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';

import { ageOf } from './age.js';
import type { TableColumn, TablePrinter } from './table.js';

interface Cell {
  readonly name: string;
  readonly type?: string;
  readonly format?: string;
  readonly description: string;
  readonly wide?: true;
  readonly print: (object: JsonObject, now: Date) => JsonValue;
}

const metadataOf = (object: JsonObject): JsonObject => objectAt(object, 'metadata');

const sizeOf = (members: JsonObject): number => Object.keys(members).length;

const NAME: Cell = {
  name: 'Name',
  format: 'name',
  description: 'Unique within its namespace, and not to be changed.',
  print: (object) => stringAt(metadataOf(object), 'name') ?? '',
};

const AGE: Cell = {
  name: 'Age',
  description: 'When the object was created, relative to now.',
  print: (object, now) => ageOf(stringAt(metadataOf(object), 'creationTimestamp'), now),
};

const printer = (...cells: readonly Cell[]): TablePrinter => ({
  columns: cells.map(({ name, type, format, description, wide }): TableColumn => ({
    name,
    type: type ?? 'string',
    format: format ?? '',
    description,
    priority: wide ? 1 : 0,
  })),
  cells: (object, now) => cells.map(({ print }) => print(object, now)),
});

const lastSeen = (event: JsonObject): string | undefined =>
  stringAt(objectAt(event, 'series'), 'lastObservedTime') ??
  stringAt(event, 'lastTimestamp') ??
  stringAt(event, 'eventTime') ??
  stringAt(event, 'firstTimestamp');

const sourceOf = (event: JsonObject): string => {
  const source = objectAt(event, 'source');
  const component = stringAt(source, 'component') ?? stringAt(event, 'reportingComponent') ?? '';
  const host = stringAt(source, 'host');
  return host === undefined ? component : `${component}, ${host}`;
};

const involvedObject = (event: JsonObject): string => {
  const involved = objectAt(event, 'involvedObject');
  return `${(stringAt(involved, 'kind') ?? '').toLowerCase()}/${stringAt(involved, 'name') ?? ''}`;
};

export const builtInPrinters: Readonly<Record<string, TablePrinter>> = {
  Namespace: printer(
    NAME,
    {
      name: 'Status',
      description: 'Active, or Terminating while its content is deleted.',
      print: (object) => stringAt(objectAt(object, 'status'), 'phase') ?? '',
    },
    AGE,
  ),
  ConfigMap: printer(
    NAME,
    {
      name: 'Data',
      type: 'integer',
      description: 'How many members data and binaryData have.',
      print: (object) => sizeOf(objectAt(object, 'data')) + sizeOf(objectAt(object, 'binaryData')),
    },
    AGE,
  ),
  Lease: printer(
    NAME,
    {
      name: 'Holder',
      description: 'Who holds the lease.',
      print: (object) => stringAt(objectAt(object, 'spec'), 'holderIdentity') ?? '',
    },
    AGE,
  ),
  CustomResourceDefinition: printer(NAME, {
    name: 'Created At',
    type: 'date',
    description: 'When the kind was defined.',
    print: (object) => stringAt(metadataOf(object), 'creationTimestamp') ?? '',
  }),
  Event: printer(
    {
      name: 'Last Seen',
      description: 'When it happened last, relative to now.',
      print: (event, now) => ageOf(lastSeen(event), now),
    },
    { name: 'Type', description: 'Normal or Warning.', print: (event) => stringAt(event, 'type') ?? '' },
    { name: 'Reason', description: 'Why, in one word.', print: (event) => stringAt(event, 'reason') ?? '' },
    { name: 'Object', description: 'What it happened to.', print: involvedObject },
    {
      name: 'Subobject',
      description: 'The part of the object.',
      wide: true,
      print: (event) => stringAt(objectAt(event, 'involvedObject'), 'fieldPath') ?? '',
    },
    { name: 'Source', description: 'Who reported it.', wide: true, print: sourceOf },
    { name: 'Message', description: 'What happened.', print: (event) => (stringAt(event, 'message') ?? '').trim() },
    {
      name: 'First Seen',
      description: 'When it happened first, relative to now.',
      wide: true,
      print: (event, now) => ageOf(stringAt(event, 'firstTimestamp') ?? stringAt(event, 'eventTime'), now),
    },
    {
      name: 'Count',
      type: 'integer',
      description: 'How often it happened.',
      wide: true,
      print: (event) => (typeof event['count'] === 'number' ? event['count'] : 1),
    },
    { ...NAME, wide: true },
  ),
};
