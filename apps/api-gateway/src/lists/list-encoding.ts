/** The forms in which objects are listed; each is an opening, items with commas between them, and a closing. */
import type { JsonObject } from '@holdfast/kernel';
import type { KindDefinition } from '@holdfast/resource';
import { META_API_VERSION, partialMetadata, tableColumns, tableRow } from '../http/representation.js';
import type { ResolvedRequest } from '../http/resolved-request.js';
import { inApiVersion } from './convert-stored.js';

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface ListEncoding {
  opening(metadata: ListMetadata): string;
  /** `object` is JSON of a stored object, with its resourceVersion. */
  item(object: string): string;
  readonly closing: string;
}

/** The form that a request asked for. */
export const listEncodingFor = (request: ResolvedRequest, now: Date): ListEncoding => {
  const { kind, version, accept } = request;
  const apiVersion = apiVersionOf(kind, version.name);
  switch (accept) {
    case 'json':
      return jsonList(kind, apiVersion);
    case 'partial':
      return partialList();
    case 'table':
      return tableList(request, apiVersion, now);
  }
};

/** `v1` in the core group, else `group/v1`. */
export const apiVersionOf = ({ group }: { readonly group: string }, version: string): string =>
  group === '' ? version : `${group}/${version}`;

/** Whole objects, whose text is passed on. */
export const jsonList = (kind: KindDefinition, apiVersion: string): ListEncoding => ({
  opening: (metadata) => openingOf(kind.listKind, apiVersion, metadata, 'items'),
  item: (object) => inApiVersion(object, apiVersion),
  closing: ']}',
});

const partialList = (): ListEncoding => ({
  opening: (metadata) => openingOf('PartialObjectMetadataList', META_API_VERSION, metadata, 'items'),
  item: (object) => JSON.stringify(partialMetadata(JSON.parse(object) as JsonObject)),
  closing: ']}',
});

const tableList = (request: ResolvedRequest, apiVersion: string, now: Date): ListEncoding => ({
  opening: (metadata) =>
    openingOf('Table', META_API_VERSION, metadata, 'rows', { columnDefinitions: tableColumns(request) }),
  item: (object) => JSON.stringify(tableRow(request, { ...(JSON.parse(object) as JsonObject), apiVersion }, now)),
  closing: ']}',
});

/** A list up to its first item. */
const openingOf = (kind: string, apiVersion: string, metadata: ListMetadata, items: string, more = {}): string => {
  const members = JSON.stringify({ kind, apiVersion, metadata, ...more });
  return `${members.slice(0, -1)},"${items}":[`;
};
