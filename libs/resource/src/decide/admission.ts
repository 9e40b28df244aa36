/** An object's way in: it is what the URL says, its metadata is in order, and it is good for its kind. */
import type { FieldValidation } from '@holdfast/contracts';
import type { Cause, JsonObject, Refusal } from '@holdfast/kernel';
import { strategyOf } from '../core-kinds/strategies.js';
import { pathSegment } from '../names/grammar.js';
import { checkName, nameCauses } from '../names/metadata.js';
import { invalid } from '../refusal/invalid.js';
import { admit } from '../schema/admit.js';
import { readMetadata } from './metadata.js';
import type { Metadata } from './metadata.js';
import type { Admission } from './prepared-write.js';
import { badRequest } from './refusals.js';
import { apiVersionOf, storedApiVersion } from './scope.js';
import type { Scope } from './scope.js';

export interface AdmissionRequest {
  readonly scope: Scope;
  /** The whole object, its metadata as the client sent it. */
  readonly object: JsonObject;
  readonly fieldValidation: FieldValidation;
  /** The object before the change: what was wrong already and stays as it was is let through. */
  readonly before?: JsonObject;
}

/** Admits an object in its stored form, with the metadata that was sent, or refuses it with all that is wrong. */
export const admitObject = ({ scope, object, fieldValidation, before }: AdmissionRequest): Admission => {
  const { kind, version } = scope;
  const strategy = strategyOf(kind);
  const refused = (refusal: Refusal, more: { readonly typed?: JsonObject } = {}): Admission => ({
    revision: kind.revision,
    result: { ok: false, refusal, ...more },
  });

  const read = readMetadata(object['metadata']);
  if (!read.ok) return refused(badRequest(read.problem));
  const { metadata } = read;
  const elsewhere = refuseOtherType(scope, object) ?? refuseOtherPlace(scope, metadata);
  if (elsewhere !== undefined) return refused(elsewhere);

  const typed = { ...object, apiVersion: apiVersionOf(kind, version), kind: kind.kind };
  const admitted = admit({
    kind,
    version: version.name,
    object: typed,
    fieldValidation,
    ...(before === undefined ? {} : { before }),
  });
  if (!admitted.ok && admitted.refusal.reason !== 'Invalid') return refused(admitted.refusal);
  const stored = storedForm(scope, admitted.ok ? admitted.object : (admitted.typed ?? typed), metadata);
  const causes: readonly Cause[] = [
    ...checkNames(scope, metadata),
    ...(admitted.ok ? (strategy.check?.(stored) ?? []) : (admitted.refusal.details?.causes ?? [])),
  ];
  if (causes.length > 0) {
    const isTyped = admitted.ok || admitted.typed !== undefined;
    return refused(invalid({ ...scope.subject, name: metadata.name ?? '' }, causes), isTyped ? { typed: stored } : {});
  }
  if (!admitted.ok) return refused(admitted.refusal);
  const warnings = [...admitted.warnings, ...(strategy.warn?.(stored) ?? [])];
  return { revision: kind.revision, result: { ok: true, object: stored, warnings } };
};

const storedForm = ({ kind, key }: Scope, object: JsonObject, metadata: Metadata): JsonObject => ({
  ...object,
  apiVersion: storedApiVersion(kind),
  metadata: key.namespace === '' ? metadata : { ...metadata, namespace: key.namespace },
});

export interface SentObject {
  readonly body: JsonObject;
  readonly fieldValidation: FieldValidation;
  /** Set for those who may make an object with its status at once. */
  readonly keepsStatus?: true;
}

/** Admits the body of a create or update without its status, where that is a subresource. */
export const admitNew = (scope: Scope, { body, fieldValidation, keepsStatus }: SentObject): Admission => {
  const isDropped = scope.version.status && keepsStatus !== true;
  return admitObject({ scope, object: isDropped ? withoutStatus(body) : body, fieldValidation });
};

const withoutStatus = ({ status: _status, ...rest }: JsonObject): JsonObject => rest;

/** Typed clients of built-in kinds send no apiVersion and kind; who sends them must mean the URL's. */
const refuseOtherType = ({ kind, version }: Scope, object: JsonObject): Refusal | undefined => {
  const expected = apiVersionOf(kind, version);
  if (object['kind'] !== kind.kind && !(kind.builtIn && isMissing(object['kind']))) {
    return badRequest(
      isMissing(object['kind'])
        ? `Object 'Kind' is missing in the body of the request, expected ${kind.kind}`
        : `${printed(object['kind'])} in version ${JSON.stringify(expected)} cannot be handled as a ${kind.kind}`,
    );
  }
  if (object['apiVersion'] === expected || (kind.builtIn && isMissing(object['apiVersion']))) return undefined;
  return badRequest(
    isMissing(object['apiVersion'])
      ? `Object 'apiVersion' is missing in the body of the request, expected ${expected}`
      : `the API version in the data (${printed(object['apiVersion'])}) does not match the expected API version (${expected})`,
  );
};

const refuseOtherPlace = ({ key }: Scope, { name, namespace }: Metadata): Refusal | undefined => {
  if (namespace !== undefined && namespace !== key.namespace) {
    return badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (key.name === '' || name === key.name) return undefined;
  return badRequest(
    name === undefined
      ? `the name of the object (${key.name} based on URL) was undeterminable: name must be provided`
      : `the name of the object (${name}) does not match the name on the URL (${key.name})`,
  );
};

/** A generated name is a good one whenever its base is: what is added are letters and digits. */
const checkNames = ({ kind }: Scope, { name = '', generateName }: Metadata): readonly Cause[] => {
  const { nameRule } = strategyOf(kind);
  if (name !== '' || generateName === undefined) return checkName('metadata.name', name, pathSegment, nameRule);
  return nameCauses('metadata.generateName', `${generateName.slice(0, MAX_GENERATED_BASE)}x`, nameRule);
};

/** So much of generateName is kept; five characters follow. */
export const MAX_GENERATED_BASE = 58;

const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';

const printed = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
