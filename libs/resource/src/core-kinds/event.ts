import { objectAt, stringAt } from '@holdfast/kernel';
import type { Cause, JsonObject } from '@holdfast/kernel';
import { metadataOf } from '../decide/metadata.js';
import type { KindDefinition } from '../kind.js';
import { dns1123Subdomain } from '../names/grammar.js';
import { invalidValue } from '../refusal/causes.js';
import { coreKind } from './core-kind.js';
import { integer, object, text, time } from './schemas.js';
import type { KindStrategy } from './strategy.js';

const reference = (description: string): JsonObject =>
  object(description, {
    apiVersion: text('Its group and version.'),
    kind: text('Its kind.'),
    namespace: text('Its namespace; empty for cluster-scoped objects.'),
    name: text('Its name.'),
    uid: text('Its uid.'),
    resourceVersion: text('The version of it that was seen.'),
    fieldPath: text('The part of it that is meant.'),
  });

export const eventKind: KindDefinition = coreKind({
  group: '',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  schema: object(
    'Something that happened to an object, told for people. It expires: lasting facts belong in the object.',
    {
      involvedObject: reference('The object that it happened to.'),
      related: reference('Another object that had a part in it.'),
      reason: text('Why, in one word that programs may compare.'),
      message: text('What happened, in a sentence.'),
      type: text('Normal or Warning.'),
      action: text('What was done or failed.'),
      count: integer('How often it happened.'),
      firstTimestamp: time('When it happened first.'),
      lastTimestamp: time('When it happened last.'),
      eventTime: time('When it happened, to the microsecond.'),
      series: object('How often and when last it happened, for events that repeat.', {
        count: integer('How often it happened.'),
        lastObservedTime: time('When it happened last.'),
      }),
      source: object('Who tells of it.', {
        component: text('The program.'),
        host: text('The machine it runs on.'),
      }),
      reportingComponent: text('The controller that tells of it.'),
      reportingInstance: text('The instance of that controller.'),
    },
    ['involvedObject'],
  ),
  printerColumns: [
    { name: 'Last Seen', type: 'date', description: 'When it happened last', jsonPath: '.lastTimestamp' },
    { name: 'Type', type: 'string', description: 'Normal or Warning', jsonPath: '.type' },
    { name: 'Reason', type: 'string', description: 'Why, in one word', jsonPath: '.reason' },
    { name: 'Kind', type: 'string', description: 'The kind of the object', jsonPath: '.involvedObject.kind' },
    { name: 'Object', type: 'string', description: 'The name of the object', jsonPath: '.involvedObject.name' },
    { name: 'Source', type: 'string', description: 'Who tells of it', priority: 1, jsonPath: '.source.component' },
    { name: 'Message', type: 'string', description: 'What happened', jsonPath: '.message' },
  ],
  selectableFields: [
    '.involvedObject.kind',
    '.involvedObject.namespace',
    '.involvedObject.name',
    '.involvedObject.uid',
    '.involvedObject.apiVersion',
    '.involvedObject.resourceVersion',
    '.involvedObject.fieldPath',
    '.reason',
    '.reportingComponent',
    '.type',
  ],
});

/** Events stand beside the object they are about; those about cluster-scoped objects in `default`. */
const check = (event: JsonObject): readonly Cause[] => {
  const { namespace = '' } = metadataOf(event);
  const involved = stringAt(objectAt(event, 'involvedObject'), 'namespace') ?? '';
  const expected = involved === '' ? 'default' : involved;
  if (namespace === '' || namespace === expected) return [];
  return [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
};

export const eventStrategy: KindStrategy = { nameRule: dns1123Subdomain, unconditionalUpdate: true, check };
