/** The schema of `metadata`, the same for every kind; its descriptions are what `kubectl explain` shows. */
import type { JsonObject } from '@holdfast/kernel';

const text = (description: string): JsonObject => ({ type: 'string', description });
const time = (description: string): JsonObject => ({
  type: 'string',
  format: 'date-time',
  nullable: true,
  description,
});
const texts = (description: string): JsonObject => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
});

const ownerReferenceSchema: JsonObject = {
  type: 'object',
  description: 'An object that this one belongs to: when all of its owners are gone, it goes too.',
  required: ['apiVersion', 'kind', 'name', 'uid'],
  properties: {
    apiVersion: text("The owner's group and version."),
    kind: text("The owner's kind."),
    name: text("The owner's name, in the same namespace or cluster-scoped."),
    uid: text("The owner's uid: another object of that name is not the owner."),
    controller: { type: 'boolean', description: 'Whether the owner manages this object; one owner at most does.' },
    blockOwnerDeletion: {
      type: 'boolean',
      description: 'Whether a foreground deletion of the owner waits for this object.',
    },
  },
  'x-kubernetes-map-type': 'atomic',
};

const managedFieldsEntrySchema: JsonObject = {
  type: 'object',
  description: 'The fields that one manager set.',
  properties: {
    manager: text('Who set the fields.'),
    operation: text('How they were set: Apply or Update.'),
    apiVersion: text('The version of the kind that the fields are named in.'),
    time: time('When the manager last changed them.'),
    fieldsType: text('The format of fieldsV1: always FieldsV1.'),
    fieldsV1: {
      type: 'object',
      description: 'The fields as a tree.',
      'x-kubernetes-preserve-unknown-fields': true,
    },
    subresource: text('The subresource through which they were set.'),
  },
};

export const objectMetaSchema: JsonObject = {
  type: 'object',
  description: 'What every object has: its name, its place, its history in short, and how it is found.',
  properties: {
    name: text('The name, unique among the objects of its kind in its namespace. It cannot change.'),
    generateName: text('A prefix from which the server makes a unique name when none is given.'),
    namespace: text('The namespace the object lives in; empty for cluster-scoped kinds. It cannot change.'),
    selfLink: text('Deprecated: a path that is no longer set.'),
    uid: text('Set by the server: unique over all objects, also those of the past.'),
    resourceVersion: text(
      'Set by the server: the version of this state. Sent with an update, it must be the newest one.',
    ),
    generation: {
      type: 'integer',
      format: 'int64',
      description: 'Set by the server: grows with every change of what is desired.',
    },
    creationTimestamp: time('Set by the server: when the object was created.'),
    deletionTimestamp: time(
      'Set by the server: when its deletion was asked for. It goes when its finalizers are gone.',
    ),
    deletionGracePeriodSeconds: {
      type: 'integer',
      format: 'int64',
      nullable: true,
      description: 'Set by the server: how long the deletion waits for an orderly end.',
    },
    labels: texts('Keys and values that selectors match.'),
    annotations: texts('Keys and values for tools; nothing is selected by them.'),
    ownerReferences: {
      type: 'array',
      description: 'The objects that this one belongs to.',
      items: ownerReferenceSchema,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
    },
    finalizers: {
      type: 'array',
      description: 'Names of those who must act before a deleted object goes; each removes its own.',
      items: { type: 'string' },
      'x-kubernetes-list-type': 'set',
    },
    managedFields: {
      type: 'array',
      description: 'Who set which field.',
      items: managedFieldsEntrySchema,
      'x-kubernetes-list-type': 'atomic',
    },
  },
};
