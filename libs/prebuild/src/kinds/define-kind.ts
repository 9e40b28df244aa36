/** A kind of the pools as data: its names with its types, and the CustomResourceDefinition that declares it. */
import type { JsonObject } from '@holdfast/kernel';

import { PREBUILDS_GROUP } from './objects.js';

/** `Spec` and `Status` are what the schema guarantees. */
export interface PrebuildKind<Spec extends object = JsonObject, Status extends object = JsonObject> {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  /** Carries the types; never there. */
  readonly types?: { readonly spec: Spec; readonly status: Status };
}

/** `template` of the kind Template is the singular; the plural adds an s. */
export const kindNamed = <Spec extends object, Status extends object>(kind: string): PrebuildKind<Spec, Status> => ({
  group: PREBUILDS_GROUP,
  version: 'v1',
  resource: `${kind.toLowerCase()}s`,
  kind,
});

export interface Declaration {
  readonly description: string;
  readonly shortNames: readonly string[];
  readonly columns: readonly JsonObject[];
  /** JSON paths that field selectors may name. */
  readonly selectableFields: readonly string[];
  readonly scale?: JsonObject;
  readonly spec: JsonObject;
  /** Without one, the kind has no status. */
  readonly status?: JsonObject;
}

/** The CustomResourceDefinition of a kind. */
export const declareKind = (
  { group, version, resource, kind }: PrebuildKind<object, object>,
  { description, shortNames, columns, selectableFields, scale, spec, status }: Declaration,
): JsonObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${resource}.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: {
      kind,
      listKind: `${kind}List`,
      plural: resource,
      singular: kind.toLowerCase(),
      shortNames,
      categories: ['prebuilds'],
    },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        subresources: {
          ...(status === undefined ? {} : { status: {} }),
          ...(scale === undefined ? {} : { scale }),
        },
        additionalPrinterColumns: [...columns, column('Age', 'date', '.metadata.creationTimestamp')],
        selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })),
        schema: {
          openAPIV3Schema: {
            description,
            type: 'object',
            required: ['spec'],
            properties: { spec, ...(status === undefined ? {} : { status }) },
          },
        },
      },
    ],
  },
});

export const column = (name: string, type: string, jsonPath: string): JsonObject => ({ name, type, jsonPath });

/** A column that appears with `-o wide` only. */
export const wideColumn = (name: string, type: string, jsonPath: string): JsonObject => ({
  ...column(name, type, jsonPath),
  priority: 1,
});
