/** What a kind is: a CustomResourceDefinition as the rest of the product sees it, or a kind that is built in. */
import type { JsonObject } from '@holdfast/kernel';

export type KindScope = 'Namespaced' | 'Cluster';

export type ResourceVerb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export type PrinterColumnType = 'integer' | 'number' | 'string' | 'boolean' | 'date';

/** A column of `kubectl get`, as `additionalPrinterColumns` names it. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: PrinterColumnType;
  readonly format?: string;
  readonly description?: string;
  /** Columns above 0 appear with `-o wide` only. */
  readonly priority?: number;
  readonly jsonPath: string;
}

/** Where `/scale` reads and writes, as JSON paths (`.spec.replicas`). */
export interface ScaleSubresource {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

export interface KindVersion {
  readonly name: string;
  readonly served: boolean;
  /** Exactly one version of a kind is the one that is stored. */
  readonly storage: boolean;
  /** Present when the version is deprecated: the text for `Warning` headers. */
  readonly deprecationWarning?: string;
  /** The `openAPIV3Schema`: structural, and without a say in `metadata`. */
  readonly schema: JsonObject;
  /** Whether `/status` exists. */
  readonly status: boolean;
  readonly scale?: ScaleSubresource;
  /** Empty means Name and Age, as kubectl shows them. */
  readonly printerColumns: readonly PrinterColumn[];
  /** JSON paths (`.spec.color`) that field selectors may name, beside `metadata.name` and `metadata.namespace`. */
  readonly selectableFields: readonly string[];
}

export interface KindDefinition {
  readonly group: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: KindScope;
  readonly versions: readonly KindVersion[];
  readonly verbs: readonly ResourceVerb[];
  /** Built in, and not made of a CustomResourceDefinition. */
  readonly builtIn: boolean;
  /** The resourceVersion of its CustomResourceDefinition; 0 for a built-in kind. Newer schemas have higher ones. */
  readonly revision: number;
  /** Its CustomResourceDefinition is being deleted: nothing new of this kind is accepted. */
  readonly terminating?: boolean;
}

/** The version of that name, served or not. */
export const kindVersion = (kind: KindDefinition, version: string): KindVersion | undefined =>
  kind.versions.find(({ name }) => name === version);
