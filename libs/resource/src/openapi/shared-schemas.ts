/** Schemas that every kind's document shares: metadata, lists, deletion, and the Status of a refusal. */
import type { JsonObject } from '@holdfast/kernel';
import { objectMetaSchema } from '../schema/object-meta.js';

const string = (description: string): JsonObject => ({ type: 'string', description });
const int64 = (description: string): JsonObject => ({ type: 'integer', format: 'int64', description });

export const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
export const LIST_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
export const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';
export const SCALE_SCHEMA = 'io.k8s.api.autoscaling.v1.Scale';
export const STATUS = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status';

export const sharedSchemas: JsonObject = {
  [OBJECT_META]: objectMetaSchema,
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
  [SCALE_SCHEMA]: {
    type: 'object',
    description: 'How many, whatever the kind.',
    properties: {
      apiVersion: string('autoscaling/v1'),
      kind: string('Scale'),
      metadata: {
        allOf: [{ $ref: `#/components/schemas/${OBJECT_META}` }],
        description: 'Of the object.',
        default: {},
      },
      spec: {
        type: 'object',
        properties: { replicas: { type: 'integer', format: 'int32', description: 'How many are wanted.' } },
      },
      status: {
        type: 'object',
        required: ['replicas'],
        properties: {
          replicas: { type: 'integer', format: 'int32', description: 'How many there are.' },
          selector: string('The labels of those that are counted.'),
        },
      },
    },
    'x-kubernetes-group-version-kind': [{ group: 'autoscaling', version: 'v1', kind: 'Scale' }],
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
