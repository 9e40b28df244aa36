/** The messages that typed clients send, by field number, with their names in JSON. */

export type ScalarType = 'string' | 'bool' | 'int32' | 'int64' | 'bytes';

export type FieldType =
  | ScalarType
  /** `metav1.Time` and `MicroTime`: in JSON a string of RFC 3339, with whole seconds or with microseconds. */
  | 'time'
  | 'microTime'
  /** JSON inside of a message of its own. */
  | 'rawJson'
  | Message;

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly many?: 'list' | 'map';
  /** Tells zero from missing: a Go pointer. Other zero values are what a missing field is. */
  readonly optional?: true;
}

/** A message's fields by number. */
export interface Message {
  readonly [number: number]: Field;
}

const field = (name: string, type: FieldType): Field => ({ name, type });
const optional = (name: string, type: FieldType): Field => ({ name, type, optional: true });
const list = (name: string, type: FieldType): Field => ({ name, type, many: 'list' });
const map = (name: string, type: FieldType): Field => ({ name, type, many: 'map' });

const ownerReference: Message = {
  1: field('kind', 'string'),
  3: field('name', 'string'),
  4: field('uid', 'string'),
  5: field('apiVersion', 'string'),
  6: optional('controller', 'bool'),
  7: optional('blockOwnerDeletion', 'bool'),
};

const managedFieldsEntry: Message = {
  1: field('manager', 'string'),
  2: field('operation', 'string'),
  3: field('apiVersion', 'string'),
  4: field('time', 'time'),
  6: field('fieldsType', 'string'),
  7: field('fieldsV1', 'rawJson'),
  8: field('subresource', 'string'),
};

const objectMeta: Message = {
  1: field('name', 'string'),
  2: field('generateName', 'string'),
  3: field('namespace', 'string'),
  4: field('selfLink', 'string'),
  5: field('uid', 'string'),
  6: field('resourceVersion', 'string'),
  7: field('generation', 'int64'),
  8: field('creationTimestamp', 'time'),
  9: field('deletionTimestamp', 'time'),
  10: optional('deletionGracePeriodSeconds', 'int64'),
  11: map('labels', 'string'),
  12: map('annotations', 'string'),
  13: list('ownerReferences', ownerReference),
  14: list('finalizers', 'string'),
  17: list('managedFields', managedFieldsEntry),
};

const namespace: Message = {
  1: field('metadata', objectMeta),
  2: field('spec', { 1: list('finalizers', 'string') }),
  3: field('status', { 1: field('phase', 'string') }),
};

const configMap: Message = {
  1: field('metadata', objectMeta),
  2: map('data', 'string'),
  3: map('binaryData', 'bytes'),
  4: optional('immutable', 'bool'),
};

const objectReference: Message = {
  1: field('kind', 'string'),
  2: field('namespace', 'string'),
  3: field('name', 'string'),
  4: field('uid', 'string'),
  5: field('apiVersion', 'string'),
  6: field('resourceVersion', 'string'),
  7: field('fieldPath', 'string'),
};

const event: Message = {
  1: field('metadata', objectMeta),
  2: field('involvedObject', objectReference),
  3: field('reason', 'string'),
  4: field('message', 'string'),
  5: field('source', { 1: field('component', 'string'), 2: field('host', 'string') }),
  6: field('firstTimestamp', 'time'),
  7: field('lastTimestamp', 'time'),
  8: field('count', 'int32'),
  9: field('type', 'string'),
  10: field('eventTime', 'microTime'),
  11: field('series', { 1: field('count', 'int32'), 2: field('lastObservedTime', 'microTime') }),
  12: field('action', 'string'),
  13: field('related', objectReference),
  14: field('reportingComponent', 'string'),
  15: field('reportingInstance', 'string'),
};

const lease: Message = {
  1: field('metadata', objectMeta),
  2: field('spec', {
    1: optional('holderIdentity', 'string'),
    2: optional('leaseDurationSeconds', 'int32'),
    3: field('acquireTime', 'microTime'),
    4: field('renewTime', 'microTime'),
    5: optional('leaseTransitions', 'int32'),
    6: optional('strategy', 'string'),
    7: optional('preferredHolder', 'string'),
  }),
};

const deleteOptions: Message = {
  1: optional('gracePeriodSeconds', 'int64'),
  2: field('preconditions', { 1: optional('uid', 'string'), 2: optional('resourceVersion', 'string') }),
  3: optional('orphanDependents', 'bool'),
  4: optional('propagationPolicy', 'string'),
  5: list('dryRun', 'string'),
};

const selfSubjectAccessReview: Message = {
  1: field('metadata', objectMeta),
  2: field('spec', {
    1: field('resourceAttributes', {
      1: field('namespace', 'string'),
      2: field('verb', 'string'),
      3: field('group', 'string'),
      4: field('version', 'string'),
      5: field('resource', 'string'),
      6: field('subresource', 'string'),
      7: field('name', 'string'),
    }),
    2: field('nonResourceAttributes', { 1: field('path', 'string'), 2: field('verb', 'string') }),
  }),
};

const selfSubjectRulesReview: Message = {
  1: field('metadata', objectMeta),
  2: field('spec', { 1: field('namespace', 'string') }),
};

const MESSAGES: Readonly<Record<string, Message>> = {
  'v1/Namespace': namespace,
  'v1/ConfigMap': configMap,
  'v1/Event': event,
  'coordination.k8s.io/v1/Lease': lease,
  'authorization.k8s.io/v1/SelfSubjectAccessReview': selfSubjectAccessReview,
  'authorization.k8s.io/v1/SelfSubjectRulesReview': selfSubjectRulesReview,
  'authentication.k8s.io/v1/SelfSubjectReview': { 1: field('metadata', objectMeta) },
};

/** How a message of that kind is laid out; undefined when it is none of those we know. */
export const messageOf = (apiVersion: string, kind: string): Message | undefined =>
  // Clients send DeleteOptions under the version of whatever group they delete from.
  kind === 'DeleteOptions' ? deleteOptions : MESSAGES[`${apiVersion}/${kind}`];
