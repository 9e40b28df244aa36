/** Rules for what users write into an object's metadata, beside its name and namespace. */
import { isJsonObject, objectAt } from '@holdfast/kernel';
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';
import { forbidden, invalidValue, requiredValue, tooLong } from '../refusal/causes.js';
import { annotationKey, byteLength, labelValue, qualifiedName } from './grammar.js';
import type { NameRule } from './grammar.js';

const MAX_ANNOTATION_BYTES = 256 * 1024;

/** The complaints of a rule about one field's text. */
export const nameCauses = (field: string, text: string, rule: NameRule): readonly Cause[] => {
  const complaints = rule(text);
  return complaints.length === 0 ? NONE : complaints.map((complaint) => invalidValue(field, text, complaint));
};

const NONE: readonly Cause[] = [];

/** The object's own name: it must be there, and be a path segment and whatever else its kind asks. */
export const checkName = (field: string, name: string, ...rules: readonly NameRule[]): readonly Cause[] =>
  name === ''
    ? [requiredValue(field, 'name or generateName is required')]
    : rules.flatMap((rule) => nameCauses(field, name, rule));

/** Checks labels, annotations, finalizers and owner references; their types were checked before. */
export const checkMetadata = (metadata: JsonObject): readonly Cause[] => [
  ...checkLabels(objectAt(metadata, 'labels')),
  ...checkAnnotations(objectAt(metadata, 'annotations')),
  ...checkFinalizers(itemsAt(metadata, 'finalizers')),
  ...checkOwnerReferences(itemsAt(metadata, 'ownerReferences')),
];

const checkLabels = (labels: JsonObject): readonly Cause[] =>
  Object.keys(labels).flatMap((key) => [
    ...nameCauses('metadata.labels', key, qualifiedName),
    ...nameCauses('metadata.labels', textOf(labels[key]), labelValue),
  ]);

const checkAnnotations = (annotations: JsonObject): readonly Cause[] => {
  let size = 0;
  for (const key in annotations) size += byteLength(key) + byteLength(textOf(annotations[key]));
  return [
    ...Object.keys(annotations).flatMap((key) => nameCauses('metadata.annotations', key, annotationKey)),
    ...(size > MAX_ANNOTATION_BYTES ? [tooLong('metadata.annotations', MAX_ANNOTATION_BYTES, 'bytes')] : []),
  ];
};

const checkFinalizers = (finalizers: readonly JsonValue[]): readonly Cause[] => [
  ...finalizers.flatMap((name) => nameCauses('metadata.finalizers', textOf(name), qualifiedName)),
  ...(finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')
    ? [invalidValue('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')]
    : []),
];

const checkOwnerReferences = (references: readonly JsonValue[]): readonly Cause[] => {
  const owners = references.filter(isJsonObject);
  const controllers = owners.filter(({ controller }) => controller === true);
  const [first, second] = controllers.map(({ kind, name }) => `${textOf(kind)}/${textOf(name)}`);
  return [
    ...owners.flatMap((owner, i) => checkOwnerReference(owner, `metadata.ownerReferences[${i}]`)),
    ...(second === undefined
      ? []
      : [
          invalidValue(
            'metadata.ownerReferences',
            controllers,
            `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`,
          ),
        ]),
  ];
};

const checkOwnerReference = (owner: JsonObject, field: string): readonly Cause[] => {
  if (owner['apiVersion'] === 'v1' && owner['kind'] === 'Event') {
    return [forbidden(field, '/v1, Kind=Event is disallowed from being an owner')];
  }
  const apiVersion = textOf(owner['apiVersion']);
  return [
    ...(hasVersion(apiVersion) ? [] : [invalidValue(`${field}.apiVersion`, apiVersion, 'version must not be empty')]),
    ...['kind', 'name', 'uid']
      .filter((member) => textOf(owner[member]) === '')
      .map((member) => invalidValue(`${field}.${member}`, '', 'must not be empty')),
  ];
};

/** Kubernetes finds no version in what is not `version` or `group/version`. */
const hasVersion = (apiVersion: string): boolean => /^(?:[^/]*\/)?[^/]+$/.test(apiVersion);

const itemsAt = (metadata: JsonObject, member: string): readonly JsonValue[] => {
  const items = metadata[member];
  return Array.isArray(items) ? (items as readonly JsonValue[]) : [];
};

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
