/**
 * What may follow an object in its path: the one list that paths, access, discovery and OpenAPI read. Another one is a
 * line here, and a handler unless it is a part of the object.
 */
import { PREBUILDS_GROUP } from '@holdfast/prebuild';
import { SCALE } from '@holdfast/resource';
import type { KindDefinition, KindVersion, SubresourceDocument } from '@holdfast/resource';

import { logDocument } from '../build-log/log-document.js';
import { claimDocument } from '../claims/claim-document.js';
import type { OwnAnswer, RequestVerb, Subresource } from './resolved-request.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

export interface SubresourceDefinition {
  readonly name: Subresource;
  readonly of: Bearer;
  /** The methods that it takes, and the right that each needs. */
  readonly methods: Readonly<Partial<Record<Method, RequestVerb>>>;
  /** What it answers, when that is not the object. */
  readonly answer?: { readonly group: string; readonly version: string; readonly kind: string };
  /** For clients that are generated; `/status` and `/scale` are described with every kind. */
  readonly document?: SubresourceDocument;
}

/** The kinds that have it. */
type Bearer =
  'every kind' | 'kinds with a status' | 'kinds with a scale' | { readonly group: string; readonly plural: string };

const NAMESPACES = { group: '', plural: 'namespaces' };
const PRESETS = { group: PREBUILDS_GROUP, plural: 'presets' };
const WORKSPACES = { group: PREBUILDS_GROUP, plural: 'workspaces' };

const READ_AND_WRITE = { GET: 'get', PUT: 'update', PATCH: 'patch' } as const;
const ours = (kind: string) => ({ group: 'holdfast.dev', version: 'v1', kind });

/** By name, as clients list them. */
const SUBRESOURCES: readonly SubresourceDefinition[] = [
  { name: 'claim', of: PRESETS, methods: { POST: 'create' }, answer: ours('ClaimResult'), document: claimDocument },
  { name: 'finalize', of: NAMESPACES, methods: { PUT: 'update' } },
  { name: 'history', of: 'every kind', methods: { GET: 'get' }, answer: ours('History') },
  { name: 'log', of: WORKSPACES, methods: { GET: 'get' }, document: logDocument },
  // A rollback writes the object's spec again: what it needs is the right to update.
  { name: 'rollback', of: 'every kind', methods: { POST: 'update' }, answer: ours('Rollback') },
  { name: 'scale', of: 'kinds with a scale', methods: READ_AND_WRITE, answer: SCALE },
  { name: 'status', of: 'kinds with a status', methods: READ_AND_WRITE },
  { name: 'why', of: 'every kind', methods: { GET: 'get' }, answer: ours('Explanation') },
];

const BY_NAME: ReadonlyMap<string, SubresourceDefinition> = new Map(SUBRESOURCES.map((one) => [one.name, one]));

export const findSubresource = (name: string): SubresourceDefinition | undefined => BY_NAME.get(name);

interface Served {
  readonly kind: Pick<KindDefinition, 'group' | 'plural'>;
  readonly version: Pick<KindVersion, 'status' | 'scale'>;
}

export const hasSubresource = ({ kind, version }: Served, { of }: SubresourceDefinition): boolean => {
  switch (of) {
    case 'every kind':
      return true;
    case 'kinds with a status':
      return version.status;
    case 'kinds with a scale':
      return version.scale !== undefined;
    default:
      return kind.group === of.group && kind.plural === of.plural;
  }
};

export const subresourcesOf = (served: Served): readonly SubresourceDefinition[] =>
  SUBRESOURCES.filter((one) => hasSubresource(served, one));

/** What may follow `namespaces/{name}` and still speak of the namespace itself. */
export const speaksOfNamespace = (name: string): boolean => OF_A_NAMESPACE.has(name);

const OF_A_NAMESPACE: ReadonlySet<string> = new Set(
  subresourcesOf({ kind: NAMESPACES, version: { status: true } }).map(({ name }) => name),
);

/** Whether it has a handler of its own; the others are parts of the object, which the verbs read and write. */
export const hasOwnAnswer = (subresource: Subresource): subresource is OwnAnswer => !PARTS.has(subresource);

const PARTS: ReadonlySet<Subresource> = new Set(['status', 'scale', 'finalize']);
