/** Schemas that every kind's document shares: metadata, lists, deletion, and the Status of a refusal. */
import type { JsonObject } from '@holdfast/kernel';

const string = (description: string): JsonObject => ({ type: 'string', description });
const stringMap = (description: string): JsonObject => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
});
const time = (description: string): JsonObject => ({ type: 'string', format: 'date-time', description });
const int64 = (description: string): JsonObject => ({ type: 'integer', format: 'int64', description });

export const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
export const LIST_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
export const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
export const STATUS = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status';

const ownerReference: JsonObject = {
  type: 'object',
  required: ['apiVersion', 'kind', 'name', 'uid'],
  properties: {
    apiVersion: string('API version of the owner.'),
    kind: string('Kind of the owner.'),
    name: string('Name of the owner.'),
    uid: string('UID of the owner.'),
    controller: { type: 'boolean', description: 'Whether the owner manages this object; at most one does.' },
    blockOwnerDeletion: {
      type: 'boolean',
      description: 'Whether the owner, deleted in the foreground, waits for this object.',
    },
  },
};

export const sharedSchemas: JsonObject = {
  [OBJECT_META]: {
    type: 'object',
    description: 'What every object says of itself.',
    properties: {
      name: string('Unique within the namespace among objects of the kind. Cannot be changed.'),
      generateName: string('A prefix from which the server makes a unique name, when name is not given.'),
      namespace: string('Where the object lives. Cannot be changed.'),
      uid: string('Given by the server; never used again. Read-only.'),
      resourceVersion: string('Where in the log the last change stands. Compare and send it back, do not make it.'),
      generation: int64('Counts changes of what was declared. Read-only.'),
      creationTimestamp: time('When the object was created. Read-only.'),
      deletionTimestamp: time('When its deletion was asked for; it goes once its finalizers are gone. Read-only.'),
      deletionGracePeriodSeconds: int64('Seconds until the deletion. Read-only.'),
      labels: stringMap('Short values to select objects by.'),
      annotations: stringMap('Values for tools; nothing selects by them.'),
      finalizers: {
        type: 'array',
        items: { type: 'string' },
        description: 'What must be done before the object goes.',
      },
      ownerReferences: { type: 'array', items: ownerReference, description: 'Objects that this one depends on.' },
      managedFields: { type: 'array', items: { type: 'object' }, description: 'Who set which field.' },
      selfLink: string('Not used.'),
    },
  },
  [LIST_META]: {
    type: 'object',
    description: 'What a list says of itself.',
    properties: {
      resourceVersion: string('The version of the snapshot that the list shows.'),
      continue: string('Asks for the next page, when there is one.'),
      remainingItemCount: int64('How many objects follow on later pages.'),
    },
  },
  [DELETE_OPTIONS]: {
    type: 'object',
    description: 'How to delete.',
    properties: {
      apiVersion: string('v1'),
      kind: string('DeleteOptions'),
      dryRun: { type: 'array', items: { type: 'string' }, description: 'All: check everything, change nothing.' },
      gracePeriodSeconds: int64('Accepted; objects here have no grace period.'),
      preconditions: {
        type: 'object',
        properties: { uid: string('Must be the UID.'), resourceVersion: string('Must be the version.') },
        description: 'Delete only this very state.',
      },
      propagationPolicy: string('Background, Foreground or Orphan: what becomes of the dependents.'),
    },
  },
  [STATUS]: {
    type: 'object',
    description: 'The answer to a request that has no object to return, or was refused.',
    properties: {
      apiVersion: string('v1'),
      kind: string('Status'),
      status: string('Success or Failure.'),
      message: string('What happened, for people.'),
      reason: string('What happened, in one word.'),
      code: { type: 'integer', format: 'int32', description: 'The HTTP status.' },
      details: { type: 'object', description: 'The object concerned, and the causes.' },
    },
  },
};
