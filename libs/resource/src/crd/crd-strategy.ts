import { jsonEquals, objectAt, stringAt } from '@holdfast/kernel';
import type { Cause, JsonObject } from '@holdfast/kernel';
import type { KindStrategy, Surroundings } from '../core-kinds/strategy.js';
import { metadataOf } from '../decide/metadata.js';
import { dns1123Subdomain } from '../names/grammar.js';
import { invalidValue } from '../refusal/causes.js';
import { checkCrd } from './check-crd.js';
import { namesOf, storedVersionsOf, versionsOf } from './crd-object.js';
import { asTerminating, withCrdStatus } from './crd-status.js';
import { warnOfCrd } from './crd-warnings.js';

/** Held until every object of the kind is gone. */
export const CRD_CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

const complete = (crd: JsonObject, around: Surroundings): JsonObject => {
  const spec = objectAt(crd, 'spec');
  const named = { ...crd, spec: { ...spec, names: namesOf(objectAt(spec, 'names')) } };
  return withCrdStatus(withCleanup(named), around);
};

const withCleanup = (crd: JsonObject): JsonObject => {
  const metadata = metadataOf(crd);
  const finalizers = metadata.finalizers ?? [];
  if (metadata.deletionTimestamp !== undefined || finalizers.includes(CRD_CLEANUP_FINALIZER)) return crd;
  return { ...crd, metadata: { ...metadata, finalizers: [...finalizers, CRD_CLEANUP_FINALIZER] } };
};

/** What objects that exist depend on cannot change under them. */
const checkChange = (crd: JsonObject, before: JsonObject): readonly Cause[] => [
  ...fixed.flatMap(([field, read]) =>
    jsonEquals(read(crd), read(before)) ? [] : [invalidValue(field, read(crd), 'field is immutable')],
  ),
  ...checkStoredVersions(crd),
];

const fixed: readonly (readonly [string, (crd: JsonObject) => string | undefined])[] = [
  ['spec.group', (crd) => stringAt(objectAt(crd, 'spec'), 'group')],
  ['spec.scope', (crd) => stringAt(objectAt(crd, 'spec'), 'scope')],
  ['spec.names.plural', (crd) => stringAt(objectAt(objectAt(crd, 'spec'), 'names'), 'plural')],
  ['spec.names.kind', (crd) => stringAt(objectAt(objectAt(crd, 'spec'), 'names'), 'kind')],
];

const checkStoredVersions = (crd: JsonObject): readonly Cause[] => {
  const stored = storedVersionsOf(crd);
  const versions = versionsOf(crd).map((version) => stringAt(version, 'name'));
  return stored.flatMap((version, i) =>
    versions.includes(version)
      ? []
      : [
          invalidValue(
            `status.storedVersions[${i}]`,
            version,
            `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions ` +
              `until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`,
          ),
        ],
  );
};

export const crdStrategy: KindStrategy = {
  nameRule: dns1123Subdomain,
  unconditionalUpdate: false,
  check: checkCrd,
  warn: warnOfCrd,
  checkChange,
  complete,
  terminating: asTerminating,
};
