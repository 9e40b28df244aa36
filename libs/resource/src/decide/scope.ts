/** What a write aims at, once its kind is known. */
import type { ObjectKey, Target } from '@holdfast/contracts';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import { kindVersion } from '../kind.js';
import type { KindDefinition, KindVersion } from '../kind.js';
import type { StoredObject } from './decision.js';
import { metadataOf } from './metadata.js';
import { unknownResource } from './refusals.js';
import type { Subject } from './refusals.js';

export interface Scope {
  readonly kind: KindDefinition;
  /** The version that the client speaks. */
  readonly version: KindVersion;
  readonly key: ObjectKey;
  readonly subject: Subject;
}

export type FoundScope =
  { readonly ok: true; readonly scope: Scope } | { readonly ok: false; readonly refusal: Refusal };

/** Refuses what is not served: the kind, its version, its subresource, or its place in or outside a namespace. */
export const scopeOf = (kind: KindDefinition | undefined, target: Target): FoundScope => {
  const version = kind === undefined ? undefined : kindVersion(kind, target.version);
  if (kind === undefined || version === undefined || !version.served) return notServed;
  if ((kind.scope === 'Namespaced') !== (target.namespace !== '')) return notServed;
  if (!servesSubresource(kind, version, target.subresource)) return notServed;
  const { group, plural: resource } = kind;
  const { namespace, name } = target;
  const key = { group, resource, namespace, name };
  return { ok: true, scope: { kind, version, key, subject: { group, resource, kind: kind.kind, name } } };
};

/** The same scope for an object whose name was found out later. */
export const withName = (scope: Scope, name: string): Scope => ({
  ...scope,
  key: { ...scope.key, name },
  subject: { ...scope.subject, name },
});

/** `example.com/v1`, or `v1` in the core group. */
export const apiVersionOf = (kind: KindDefinition, version: KindVersion): string =>
  kind.group === '' ? version.name : `${kind.group}/${version.name}`;

/** The object as readers of that version see it. */
export const asServed = ({ kind, version }: Scope, { object, version: newest }: StoredObject): JsonObject => ({
  ...object,
  apiVersion: apiVersionOf(kind, version),
  metadata: { ...metadataOf(object), resourceVersion: String(newest) },
});

/** The apiVersion under which objects of the kind are stored. */
export const storedApiVersion = (kind: KindDefinition): string => {
  const storage = kind.versions.find((version) => version.storage);
  if (storage === undefined) throw new TypeError(`kind ${kind.plural}.${kind.group} has no storage version`);
  return apiVersionOf(kind, storage);
};

const servesSubresource = (kind: KindDefinition, version: KindVersion, subresource: Target['subresource']): boolean => {
  if (subresource === undefined) return true;
  if (subresource === 'status') return version.status;
  if (subresource === 'scale') return version.scale !== undefined;
  return kind.group === '' && kind.plural === 'namespaces';
};

const notServed: FoundScope = { ok: false, refusal: unknownResource() };
