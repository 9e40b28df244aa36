/** The kinds that can be reconciled: the built-in ones, and those that CustomResourceDefinitions define. */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { Kind, ObjectReader } from '@holdfast/reconcile';
import { coreKinds, kindFromCrd, kindVersion } from '@holdfast/resource';
import type { KindDefinition, KindScope } from '@holdfast/resource';

import type { KindReference } from './reconciler-kind.js';

export const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

export interface KnownKind extends Kind {
  readonly scope: KindScope;
  /** Whether its objects have a status of their own to write. */
  readonly hasStatus: boolean;
  /** Whether a change of its objects shows in their generation. */
  readonly hasGeneration: boolean;
}

export type KindLookup = (reference: KindReference) => KnownKind | { readonly missing: string };

/**
 * Looks kinds up among those that are served at this moment. One that is being deleted is: its last objects may be held
 * by the finalizer of a Reconciler, and go only when its worker is called.
 */
export const lookupKinds = (read: Pick<ObjectReader, 'list'>): KindLookup => {
  const defined = read.list(DEFINITIONS).flatMap((state) => kindFromCrd(state.object, state.version) ?? []);
  const kinds = [...coreKinds, ...defined];
  return (reference) => resolve(reference, kinds);
};

const resolve = (
  { apiVersion, kind: name }: KindReference,
  kinds: readonly KindDefinition[],
): ReturnType<KindLookup> => {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const kind = kinds.find((candidate) => candidate.group === group && candidate.kind === name);
  if (kind === undefined) return { missing: `there is no kind ${name} in ${apiVersion}` };
  const found = kindVersion(kind, version ?? '');
  if (found?.served !== true) {
    const served = kind.versions.filter((one) => one.served).map((one) => one.name);
    return { missing: `${name} is not served as ${version}, but as ${served.join(', ')}` };
  }
  return {
    group: kind.group,
    version: found.name,
    resource: kind.plural,
    kind: kind.kind,
    scope: kind.scope,
    hasStatus: found.status && !kind.builtIn,
    hasGeneration: !kind.builtIn,
  };
};

/** What a path of `wakes` finds: a name or a list of them. */
export const namesAt = (object: Parameters<typeof objectAt>[0], field: string): readonly string[] => {
  const members = field.split('.').slice(1);
  const last = members.pop() ?? '';
  const parent = members.reduce(objectAt, object);
  const one = stringAt(parent, last);
  if (one !== undefined) return [one];
  const many = parent?.[last];
  return Array.isArray(many) ? (many as readonly unknown[]).filter((name) => typeof name === 'string') : [];
};
