/** A subresource of few kinds, as the document of its group-version describes it. */
import type { JsonObject } from '@holdfast/kernel';

import type { KindDefinition, KindVersion } from '../kind.js';

export interface SubresourceDocument {
  readonly get?: DescribedOperation;
  readonly post?: DescribedOperation;
  /** Schemas of its own, by name. */
  readonly schemas?: JsonObject;
}

export interface DescribedOperation {
  /** Begins its operation id. */
  readonly verb: string;
  readonly description: string;
  readonly parameters?: readonly JsonObject[];
  /** The name of the schema of its body, which may be missing. */
  readonly requestSchema?: string;
  /** By code, what each means. */
  readonly responses: Readonly<Record<string, string>>;
  /** The name of the schema of all these answers; plain text without one. */
  readonly responseSchema?: string;
}

export interface NamedSubresource {
  readonly name: string;
  readonly document: SubresourceDocument;
  /** What it answers, when that is not the object. */
  readonly answer?: { readonly group: string; readonly version: string; readonly kind: string };
}

/** The subresources of a kind that are described, beside `/status` and `/scale`. */
export type SubresourceDocumentsOf = (kind: KindDefinition, version: KindVersion) => readonly NamedSubresource[];
