/** The forms of an answer beside plain JSON: Tables, and metadata alone. */
import type { JsonObject } from '@holdfast/kernel';
import { tablePrinter } from '@holdfast/resource';
import type { TableColumn } from '@holdfast/resource';

import type { ResolvedRequest } from './resolved-request.js';

export const META_API_VERSION = 'meta.k8s.io/v1';

/** The object's metadata alone. */
export const partialMetadata = (object: JsonObject): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: META_API_VERSION,
  metadata: object['metadata'],
});

type TableRequest = Pick<ResolvedRequest, 'kind' | 'version' | 'query'>;

/** A Table of objects; `metadata` is that of the list, `columns` null where the reader has them already. */
export const tableOf = (
  metadata: JsonObject,
  columns: readonly TableColumn[] | null,
  rows: readonly JsonObject[],
): object => ({ kind: 'Table', apiVersion: META_API_VERSION, metadata, columnDefinitions: columns, rows });

export const tableColumns = ({ kind, version }: TableRequest): readonly TableColumn[] =>
  tablePrinter(kind, version.name).columns;

/** One row: what the columns show of the object, and as much of the object itself as `includeObject` asks for. */
export const tableRow = ({ kind, version, query }: TableRequest, object: JsonObject, now: Date): JsonObject => ({
  cells: tablePrinter(kind, version.name).cells(object, now),
  ...(query.includeObject === 'None'
    ? {}
    : { object: query.includeObject === 'Object' ? object : partialMetadata(object) }),
});
